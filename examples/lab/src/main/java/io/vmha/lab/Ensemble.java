package io.vmha.lab;

import io.vmha.model.HostId;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** Three ZooKeeper servers, one on each host, each ending with its host. */
final class Ensemble implements AutoCloseable {
    private static final int PORT = 2181;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final LabSite site;
    private final HostId leader;

    private Ensemble(LabSite site, HostId leader) {
        this.site = site;
        this.leader = leader;
    }

    /**
     * Starts those that do not run, and waits until all serve.
     *
     * @param leader the host whose server leads at first
     */
    static Ensemble up(LabSite site, HostId leader) {
        Ensemble ensemble = new Ensemble(site, leader);
        ensemble.script("up.sh");
        return ensemble;
    }

    /** Where they are, as ZooKeeper's clients want it. */
    static String servers() {
        return LabSite.HOSTS.stream()
                .map(host -> LabSite.address(host) + ":" + PORT)
                .collect(Collectors.joining(","));
    }

    /** Whether the server on that host leads the ensemble. */
    boolean isLedFrom(HostId host) {
        return script("status.sh")
                .lines()
                .anyMatch(line -> line.startsWith("zk" + number(host) + " ") && line.endsWith(" leader"));
    }

    private static String number(HostId host) {
        return host.value().substring(1);
    }

    private String script(String name) {
        return new Shell(Map.of(
                        "LAB", site.folder().toString(),
                        "LEADS", number(leader),
                        "JAVA_HOME", System.getProperty("java.home"),
                        "CLASSES", JavaCommand.classPath()))
                .run(PATIENCE, site.scriptCommand("zookeeper/" + name));
    }

    @Override
    public void close() {
        script("down.sh");
    }
}
