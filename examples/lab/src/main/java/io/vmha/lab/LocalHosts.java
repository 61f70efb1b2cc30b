package io.vmha.lab;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.postgresql.HostShell;
import io.vmha.adapter.postgresql.ProcessShell;
import io.vmha.model.HostId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The hosts by their first processes, for who sees these: a process on a host does not.
 *
 * @param folder the lab's
 */
record LocalHosts(Path folder) implements HostAccess {
    @Override
    public boolean isOn(HostId host) {
        return Files.exists(initFile(host))
                && ProcessHandle.of(init(host)).map(ProcessHandle::isAlive).orElse(false);
    }

    @Override
    public void pullPlug(HostId host) {
        if (isOn(host)) {
            ProcessHandle.of(init(host)).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Override
    public HostShell shell(HostId host, String user) {
        if (!isOn(host)) {
            throw new AdapterException.Transient(Cause.UNREACHABLE, "host " + host + " has no power");
        }
        List<String> command = user.equals(ROOT)
                ? List.of("sh")
                : List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", "sh");
        return ProcessShell.of(enter(host, command).toArray(String[]::new));
    }

    /** What a command must begin with to run on a host, and to end with it. */
    List<String> enter(HostId host, List<String> command) {
        List<String> all =
                new ArrayList<>(List.of("nsenter", "-t", Long.toString(init(host)), "-m", "-u", "-n", "-p", "--"));
        all.addAll(command);
        return all;
    }

    private Path initFile(HostId host) {
        return folder.resolve("hosts/" + host + "/init.pid");
    }

    private long init(HostId host) {
        try {
            return Long.parseLong(Files.readString(initFile(host)).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
