package io.vmha.lab;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.HostId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where the lab is on this machine, and the hosts in it.
 *
 * @param folder where everything is written; at most 60 characters, since the names of Unix sockets are limited
 * @param scripts the folder of the lab's scripts
 * @param namespace what the names of its network namespaces begin with
 */
record LabSite(Path folder, Path scripts, String namespace) {
    static final List<HostId> HOSTS = List.of(HostId.of("h1"), HostId.of("h2"), HostId.of("h3"));
    /** Where the management center, the load balancer and the users are. */
    static final String MANAGEMENT = "192.0.2.1";

    /** What a guest may be given, in MiB, and what it has at first. */
    static final int GUEST_MIB = 512;

    static final int GUEST_NOW_MIB = 144;

    /** It serves for all hosts while theirs boot, on the processors of one machine. */
    static final HostId STANDBY_HOST = HostId.of("h3");

    private static final int LONGEST_FOLDER = 60;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    LabSite {
        folder = folder.toAbsolutePath().normalize();
        checkArgument(
                folder.toString().length() <= LONGEST_FOLDER,
                "the lab's folder must have at most %s characters: %s",
                LONGEST_FOLDER,
                folder);
        checkArgument(
                Files.isRegularFile(scripts.resolve("libvirt/up.sh")),
                "the lab's scripts are not in %s: run it in the project's folder, or give --scripts",
                scripts);
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    Shell shell(String names) {
        return new Shell(Map.of(
                "LAB",
                folder.toString(),
                "NS",
                namespace,
                "NIC",
                "1",
                "GUESTS",
                "0",
                "GUEST_MIB",
                Integer.toString(GUEST_MIB),
                "GUEST_NOW_MIB",
                Integer.toString(GUEST_NOW_MIB),
                "WEIGH",
                "1",
                "HEAVY",
                STANDBY_HOST.value(),
                "CALLER",
                Long.toString(ProcessHandle.current().pid()),
                "NAMES",
                names));
    }

    Shell shell() {
        return shell("");
    }

    /** Runs one of the lab's scripts. */
    String script(String name, String... arguments) {
        return shell().run(PATIENCE, scriptCommand(name, arguments));
    }

    List<String> scriptCommand(String name, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("bash", scripts.resolve(name).toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Brings up hosts that are not up, and all guests with them. */
    void up() {
        String names = Guest.ALL.stream().map(Guest::name).collect(Collectors.joining(" "));
        shell(names).run(PATIENCE, scriptCommand("libvirt/up.sh"));
    }

    /** Brings up hosts that are not up; their guests stay off. */
    void powerHostsOn() {
        script("libvirt/up.sh");
    }

    URI uri(HostId host) {
        return URI.create("qemu+unix:///system?socket=" + folder + "/hosts/" + host + "/run/libvirt/libvirt-sock");
    }

    /** The first process of a host, if the host has power. */
    boolean isOn(HostId host) {
        Path file = file("hosts/" + host + "/init.pid");
        return Files.exists(file)
                && ProcessHandle.of(init(host)).map(ProcessHandle::isAlive).orElse(false);
    }

    /** Ends everything on a host at once. */
    void pullPlug(HostId host) {
        if (isOn(host)) {
            shell().run(PATIENCE, List.of("kill", "-KILL", Long.toString(init(host))));
        }
    }

    /** What a command must begin with to run on a host. */
    List<String> onHost(HostId host, List<String> command) {
        List<String> all =
                new ArrayList<>(List.of("nsenter", "-t", Long.toString(init(host)), "-m", "-u", "-n", "-p", "--"));
        all.addAll(command);
        return all;
    }

    private long init(HostId host) {
        try {
            return Long.parseLong(
                    Files.readString(file("hosts/" + host + "/init.pid")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
