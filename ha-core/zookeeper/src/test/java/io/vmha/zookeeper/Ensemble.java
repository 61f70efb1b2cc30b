package io.vmha.zookeeper;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;

/** Three real ZooKeeper servers in this JVM, started once for all tests; each test has a root of its own. */
public final class Ensemble {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final AtomicInteger ROOTS = new AtomicInteger();

    private final TestingCluster servers;

    private Ensemble() {
        servers = new TestingCluster(3);
        try {
            servers.start();
        } catch (Exception failed) {
            throw new IllegalStateException("no ensemble could be started", failed);
        }
    }

    private static final class Holder {
        private static final Ensemble SHARED = new Ensemble();
    }

    /** The one for tests that stop no server. */
    public static Ensemble shared() {
        return Holder.SHARED;
    }

    /** One for a test that stops servers. */
    public static Ensemble own() {
        return new Ensemble();
    }

    /** A place that no other test has. */
    public ZooKeeperConfig freshRoot() {
        return ZooKeeperConfig.of(servers.getConnectString(), "/vmha/test-" + ROOTS.incrementAndGet())
                .withTimeout(TIMEOUT);
    }

    public void kill(int server) {
        try {
            servers.killServer(instance(server));
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    public void restart(int server) {
        try {
            servers.restartServer(instance(server));
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private InstanceSpec instance(int server) {
        return servers.getInstances().stream().skip(server).findFirst().orElseThrow();
    }

    public void close() {
        try {
            servers.close();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
