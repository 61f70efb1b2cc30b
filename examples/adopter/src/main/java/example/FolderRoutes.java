package example;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.VmId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where requests go, a file for each VM of the {@link FolderPlatform} in this folder whose requests go elsewhere. Thread-safe. */
public final class FolderRoutes implements TrafficDirector {
    private final Path folder;

    public FolderRoutes(Path folder) {
        this.folder = folder;
    }

    @Override
    public synchronized void route(VmId owner, VmId server, CallContext call) {
        begin(call, owner, server);
        try {
            Files.writeString(folder.resolve(owner + ".route"), server.value());
        } catch (IOException unwritten) {
            throw new AdapterException.OutcomeUnknown(Cause.UNREACHABLE, "the route may be written or not", unwritten);
        }
    }

    @Override
    public synchronized VmId serverOf(VmId owner, CallContext call) {
        begin(call, owner);
        Path file = folder.resolve(owner + ".route");
        try {
            return Files.exists(file) ? VmId.of(Files.readString(file)) : owner;
        } catch (IOException unread) {
            throw new AdapterException.Transient(Cause.UNREACHABLE, "the route cannot be read", unread);
        }
    }

    /** A call that comes too late, as of a process that was paused, does nothing. */
    private void begin(CallContext call, VmId... vms) {
        for (VmId vm : vms) {
            if (!Files.exists(folder.resolve(vm.value()))) {
                throw new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, "no such VM: " + vm);
            }
        }
        call.requireTimeLeft();
    }
}
