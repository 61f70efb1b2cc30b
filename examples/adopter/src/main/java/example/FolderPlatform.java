package example;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A platform in a folder, and an adapter for it: a VM is a file whose name is the VM's and which says {@code HOST ON} or {@code HOST
 * OFF}. Thread-safe: one call at a time.
 */
public class FolderPlatform implements HypervisorAdapter {
    private static final List<String> HOSTS = List.of("h1", "h2", "h3");

    private final Path folder;
    private boolean closed;

    public FolderPlatform(Path folder) {
        this.folder = folder;
    }

    /** The reference datacenter's middleware: two VMs on each of three hosts. */
    public static FolderPlatform created(Path folder) throws IOException {
        for (int vm = 1; vm <= 6; vm++) {
            Files.writeString(folder.resolve("mw" + vm), HOSTS.get((vm - 1) / 2) + " ON");
        }
        return new FolderPlatform(folder);
    }

    @Override
    public String name() {
        return "folder";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.POWER_OFF, Capability.POWER_ON, Capability.RESTART_ELSEWHERE);
    }

    @Override
    public synchronized PlatformSnapshot discover(CallContext call) {
        begin(call);
        Inventory.Builder inventory = Inventory.builder();
        for (String host : HOSTS) {
            inventory.add(Host.builder()
                    .id(HostId.of(host))
                    .role(host.equals("h3") ? ClusterRole.STANDBY : ClusterRole.PRIMARY)
                    .capacity(Resources.of(16_000, 65_536))
                    .build());
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.getFileName().toString().matches("mw[0-9]+"))
                    .sorted()
                    .toList()) {
                VmId vm = VmId.of(file.getFileName().toString());
                String[] words = words(vm);
                inventory.add(VirtualMachine.builder()
                        .id(vm)
                        .type(VmType.MIDDLEWARE)
                        .host(HostId.of(words[0]))
                        .power(PowerState.valueOf(words[1]))
                        .allocation(Resources.of(2_000, 8_192))
                        .build());
            }
        } catch (IOException unread) {
            throw new AdapterException.Transient(Cause.UNREACHABLE, "the folder cannot be read", unread);
        }
        return PlatformSnapshot.of(inventory.build());
    }

    @Override
    public synchronized PowerState powerState(VmId vm, CallContext call) {
        begin(call);
        return PowerState.valueOf(words(vm)[1]);
    }

    @Override
    public synchronized void powerOff(VmId vm, Duration grace, CallContext call) {
        begin(call);
        write(vm, words(vm)[0], PowerState.OFF);
    }

    @Override
    public synchronized void powerOn(VmId vm, HostId host, CallContext call) {
        begin(call);
        String[] words = words(vm);
        if (!HOSTS.contains(host.value())) {
            throw new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, "no such host: " + host);
        }
        if (words[1].equals("ON") && !words[0].equals(host.value())) {
            throw new AdapterException.Permanent(Cause.IN_USE, vm + " runs on " + words[0]);
        }
        write(vm, host.value(), PowerState.ON);
    }

    @Override
    public void reallocate(VmId vm, Resources allocation, CallContext call) {
        throw unsupported();
    }

    @Override
    public void migrate(VmId vm, HostId target, CallContext call) {
        throw unsupported();
    }

    @Override
    public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
        throw unsupported();
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    /** A call that comes too late, as of a process that was paused, does nothing. */
    private void begin(CallContext call) {
        if (closed) {
            throw new IllegalStateException("the platform is closed");
        }
        call.requireTimeLeft();
    }

    private static AdapterException unsupported() {
        return new AdapterException.Permanent(Cause.UNSUPPORTED, "a folder cannot do that");
    }

    private String[] words(VmId vm) {
        Path file = folder.resolve(vm.value());
        if (!Files.exists(file)) {
            throw new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, "no such VM: " + vm);
        }
        try {
            return Files.readString(file).split(" ", -1);
        } catch (IOException unread) {
            throw new AdapterException.Transient(Cause.UNREACHABLE, vm + " cannot be read", unread);
        }
    }

    private void write(VmId vm, String host, PowerState power) {
        try {
            Path written = Files.writeString(folder.resolve(vm + ".new"), host + " " + power);
            Files.move(written, folder.resolve(vm.value()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException unwritten) {
            throw new AdapterException.OutcomeUnknown(Cause.UNREACHABLE, vm + " may be written or not", unwritten);
        }
    }
}
