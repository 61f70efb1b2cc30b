package io.vmha.lab;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.HostId;
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
 * @param hosts how the hosts are reached
 */
record LabSite(Path folder, Path scripts, String namespace, HostAccess hosts) {
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

    /** The lab as it is seen from anywhere but its hosts. */
    LabSite(Path folder, Path scripts, String namespace) {
        this(folder, scripts, namespace, new LocalHosts(folder.toAbsolutePath().normalize()));
    }

    /** The lab as it is seen from one of its hosts. */
    LabSite fromHost() {
        URI service = URI.create("http://" + MANAGEMENT + ":" + HostService.PORT);
        return new LabSite(folder, scripts, namespace, RemoteHosts.of(service));
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

    /** Whether the host has power. */
    boolean isOn(HostId host) {
        return hosts.isOn(host);
    }

    /** Ends everything on a host at once. */
    void pullPlug(HostId host) {
        hosts.pullPlug(host);
    }

    /** What a command must begin with to run on a host; not to be asked on a host. */
    List<String> onHost(HostId host, List<String> command) {
        return new LocalHosts(folder).enter(host, command);
    }

    /** A host's address on the lab's own network. */
    static String address(HostId host) {
        return "192.0.2.1" + host.value().substring(1);
    }
}
