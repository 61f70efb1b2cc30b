package io.vmha.lab;

import io.vmha.model.HostId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The orchestrator's three instances as the conductor sees them, one on each host, each ending with its host. Not thread-safe. */
final class GroupControl implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final LabSite site;
    private final Function<HostId, List<String>> command;
    private final CenterClient client =
            new CenterClient(LabSite.HOSTS.stream().map(LabSite::address).toList());
    private final Map<HostId, Process> processes = new LinkedHashMap<>();

    /**
     * Starts nothing yet.
     *
     * @param command runs the instance of a host
     */
    GroupControl(LabSite site, Function<HostId, List<String>> command) {
        this.site = site;
        this.command = command;
    }

    /** Starts one instance, which leads, and then the others. */
    void start(HostId leader) {
        start(leader, "LEADER");
        LabSite.HOSTS.stream().filter(host -> !host.equals(leader)).forEach(host -> start(host, "FOLLOWER"));
        String all = "LEADER " + LabSite.HOSTS.size();
        Waiting.until("all instances are heard of", PATIENCE, () -> role(leader).equals(all));
    }

    private void start(HostId host, String role) {
        processes.put(host, site.shell().start(log(host), site.onHost(host, command.apply(host))));
        Waiting.until(
                "the instance on " + host + " is a " + role + ", see " + log(host),
                PATIENCE,
                () -> role(host).startsWith(role));
    }

    private Path log(HostId host) {
        return site.file("center-" + host + ".log");
    }

    private String role(HostId host) {
        return client.askOne(LabSite.address(host), "role").orElse("");
    }

    /** Where an instance leads now. */
    Optional<HostId> leader() {
        return LabSite.HOSTS.stream()
                .filter(host -> role(host).startsWith("LEADER"))
                .findFirst();
    }

    CenterClient client() {
        return client;
    }

    /** What entered the host is told of no signal: what runs there is. */
    @Override
    public void close() {
        for (Process process : processes.values()) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.onExit()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .exceptionally(late -> {
                        process.descendants().forEach(ProcessHandle::destroyForcibly);
                        return process.destroyForcibly();
                    })
                    .join();
        }
    }
}
