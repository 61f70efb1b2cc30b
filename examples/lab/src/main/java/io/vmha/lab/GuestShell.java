package io.vmha.lab;

import io.vmha.model.HostId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has guests do things, through their agents. Thread-safe. */
final class GuestShell {
    private static final Logger LOG = LoggerFactory.getLogger(GuestShell.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int TRIES = 3;

    private final LabSite site;
    private final Shell shell;

    GuestShell(LabSite site) {
        this.site = site;
        this.shell = site.shell();
    }

    /** The host that runs the guest now. */
    Optional<HostId> hostOf(Guest guest) {
        return LabSite.HOSTS.stream()
                .filter(site::isOn)
                .filter(host -> shell.succeeds(PATIENCE, virsh(host, "domid", guest.name()))
                        && !virshOutput(host, "domid", guest.name()).startsWith("-"))
                .findFirst();
    }

    /** Tells a guest its name and address, which a clone cannot know; whether it heard. */
    boolean tellIdentity(HostId host, Guest guest) {
        List<String> identity = new ArrayList<>(List.of(guest.name(), guest.address() + "/24"));
        if (guest.isDatabase()) {
            identity.addAll(List.of(LabSite.MANAGEMENT, Integer.toString(WriteGateway.PORT)));
        }
        return execute(host, guest, "/sbin/identity", identity.toArray(String[]::new));
    }

    /** Makes ext4 in the guest find an error, so that it goes read-only by its own {@code errors=remount-ro}. */
    void breakFilesystem(HostId host, Guest guest) {
        fault(host, guest, "echo 1 > /sys/fs/ext4/vda/trigger_fs_error");
    }

    /** Stops every process of a guest, two seconds from now: nothing runs any more but its kernel. */
    void hang(HostId host, Guest guest) {
        fault(host, guest, "sleep 2; kill -STOP -1");
    }

    /**
     * An agent that is not heard in time may have done what it was asked all the same, and does it again without harm. Whether the fault was
     * made at all is seen by what comes of it.
     */
    private void fault(HostId host, Guest guest, String command) {
        for (int i = 0; i < TRIES; i++) {
            if (execute(host, guest, "/bin/sh", "-c", command)) {
                return;
            }
        }
        LOG.warn("{} was not heard to have a fault made: {}", guest.name(), command);
    }

    /** Powers a guest off as somebody would who has a shell on its host. */
    void powerOff(HostId host, Guest guest) {
        String said = virshOutput(host, "destroy", guest.name());
        if (!said.isEmpty()) {
            throw new LabException("destroying " + guest.name() + ": " + said);
        }
    }

    /** Names and addresses are this lab's own: nothing in them needs to be escaped. */
    private boolean execute(HostId host, Guest guest, String program, String... arguments) {
        StringBuilder words = new StringBuilder();
        for (String argument : arguments) {
            words.append(words.length() == 0 ? "" : ",")
                    .append('"')
                    .append(argument)
                    .append('"');
        }
        String request =
                "{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"" + program + "\",\"arg\":[" + words + "]}}";
        return shell.succeeds(PATIENCE, virsh(host, "qemu-agent-command", guest.name(), "--timeout", "2", request));
    }

    private String virshOutput(HostId host, String... command) {
        return shell.run(PATIENCE, virsh(host, command)).strip();
    }

    private List<String> virsh(HostId host, String... command) {
        List<String> all =
                new ArrayList<>(List.of("virsh", "-q", "-c", site.uri(host).toString()));
        all.addAll(List.of(command));
        return all;
    }
}
