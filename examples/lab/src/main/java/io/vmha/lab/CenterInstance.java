package io.vmha.lab;

import io.vmha.center.ManagementCenter;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.leader.Leadership;
import io.vmha.group.CenterGroup;
import io.vmha.group.GroupHealth;
import io.vmha.group.Instance;
import io.vmha.libvirt.LibvirtAdapter;
import io.vmha.model.HostId;
import io.vmha.zookeeper.ZooKeeperConfig;
import io.vmha.zookeeper.ZooKeeperStore;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One of the orchestrator's three processes, on one of the hosts that fail: a member of a group of centers of which one leads. It answers as
 * {@link CenterEndpoint} does, and {@code /role} with what it is at.
 *
 * <p>The hosts are read once before it stands for leadership, a term is rehearsed, and what one needs is made as far as it can be: that it
 * can be is found out then, and a center is built sooner when it is elected. The term's center is guarded by this object's monitor.
 */
final class CenterInstance {
    /** How long the leader leads without renewing that. The others wait a fifth longer before one of them takes over. */
    static final Duration LEASE = Duration.ofSeconds(3);

    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(2);

    private final LabSite site;
    private final HostId host;
    private final LibvirtAdapter adapter;
    private @Nullable LabCenter term;
    private LabCenter.@Nullable Prepared prepared;

    CenterInstance(LabSite site, HostId host) {
        this.site = site.fromHost();
        this.host = host;
        this.adapter = LabPlatform.connect(site);
    }

    /** Runs until the process is ended. */
    void run() {
        Rehearsal.of(LabPlatform.read(adapter));
        LabCenter.Prepared unusedYet = prepare();
        ZooKeeperStore store = ZooKeeperStore.connect(
                ZooKeeperConfig.of(Ensemble.servers(), "/vmha/lab").withTimeout(STORE_TIMEOUT));
        String address = LabSite.address(host);
        CenterGroup group = CenterGroup.builder()
                .store(store)
                .site("lab")
                .instance(new Instance(host.value(), "http://" + address + ":" + CenterEndpoint.PORT))
                .lease(LEASE)
                .center(this::begin)
                .build();
        new CenterEndpoint(address, () -> leading(group))
                .with("/role", () -> role(group.health()))
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            group.close();
            end();
            store.close();
            adapter.close();
        }));
    }

    /** Called by the group for each term; it closes the center at the term's end, and what worked for it is closed before the next. */
    private synchronized ManagementCenter begin(Leadership leadership, PlanJournal journal) {
        end();
        LabCenter begun = prepare().start(leadership, journal);
        prepared = null;
        term = begun;
        return begun.center();
    }

    private synchronized LabCenter.Prepared prepare() {
        LabCenter.Prepared ready = prepared == null ? LabCenter.Prepared.of(site, adapter, host.value()) : prepared;
        prepared = ready;
        return ready;
    }

    private synchronized void end() {
        if (term != null) {
            term.close();
            term = null;
        }
    }

    /**
     * The center, if it leads.
     *
     * @throws CompletionException if it does not
     */
    private LabCenter leading(CenterGroup group) {
        var unused = group.call(ManagementCenter::health).toCompletableFuture().join();
        synchronized (this) {
            return Objects.requireNonNull(term);
        }
    }

    private static String role(GroupHealth health) {
        long alive =
                health.members().stream().filter(GroupHealth.Member::isAlive).count();
        return health.role() + " " + alive;
    }
}
