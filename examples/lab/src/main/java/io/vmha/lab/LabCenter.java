package io.vmha.lab;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.haproxy.HaproxyTrafficDirector;
import io.vmha.center.ManagementCenter;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.StormGuard;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.leader.Leadership;
import io.vmha.libvirt.FaultWatch;
import io.vmha.libvirt.LibvirtAdapter;
import io.vmha.libvirt.LibvirtFaultSource;
import io.vmha.model.HostHealth;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.HaPolicies;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A management center with what it drives and what tells it of faults, for one term of leadership. Its loads are watched and unwatched
 * on one thread; all else is thread-safe.
 */
final class LabCenter implements AutoCloseable {
    static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);
    private static final double TWO_OF_THREE_HOSTS = 0.7;

    private final LabSite site;
    private final ManagementCenter center;
    private final EventLog events;
    private final Provisioner provisioner;
    private final LibvirtFaultSource faults;
    private @Nullable LoadWatch loads;

    private LabCenter(
            LabSite site,
            ManagementCenter center,
            EventLog events,
            Provisioner provisioner,
            LibvirtFaultSource faults) {
        this.site = site;
        this.center = center;
        this.events = events;
        this.provisioner = provisioner;
        this.faults = faults;
    }

    /**
     * What a center needs that can be made before its term, and does nothing yet.
     *
     * @param adapter connections to the hosts, which stay their owner's
     * @param name who leads, for the log of events
     */
    record Prepared(
            LabSite site,
            LibvirtAdapter adapter,
            String name,
            HaproxyTrafficDirector director,
            EventLog events,
            Provisioner provisioner) {

        static Prepared of(LabSite site, LibvirtAdapter adapter, String name) {
            return new Prepared(
                    site,
                    adapter,
                    name,
                    LoadBalancer.director(site),
                    new EventLog(site.file("events.jsonl")),
                    new Provisioner(new GuestShell(site)));
        }

        /** Builds the center on a reading that is made now, and goes on with what the journal has. To be called once. */
        LabCenter start(Leadership leadership, PlanJournal journal) {
            director.reconcile(CallContext.within(Duration.ofSeconds(5)));
            return LabCenter.start(this, leadership, journal);
        }
    }

    private static LabCenter start(Prepared parts, Leadership leadership, PlanJournal journal) {
        LabSite site = parts.site();
        LibvirtAdapter adapter = parts.adapter();
        Provisioner provisioner = parts.provisioner();
        ManagementCenter center = ManagementCenter.builder()
                .adapter(adapter)
                .trafficDirector(parts.director())
                .fencingDevice(new PowerStrip(site))
                .databaseCluster(new DatabaseTier(site).cluster(), Duration.ofSeconds(1))
                .inventory(LabPlatform.read(adapter))
                .policies(HaPolicies.builder()
                        .config(FailoverConfig.builder()
                                .failback(FailbackMode.AUTOMATIC)
                                .maxReplicationLag(Duration.ofSeconds(5))
                                .build())
                        .build())
                .config(CenterConfig.builder()
                        .actionDeadline(Duration.ofSeconds(30))
                        // Two of the three hosts lose their power within a minute here, and that is no error of who
                        // watches.
                        .stormGuard(new StormGuard(TWO_OF_THREE_HOSTS, Duration.ofMinutes(1)))
                        .build())
                .leadership(leadership)
                .journal(journal)
                .listener(parts.events())
                .listener(provisioner)
                .build();
        provisioner.tell(center);
        center.inventory().vms().stream()
                .filter(vm -> vm.servedBy().isPresent() && vm.isServing())
                .forEach(vm -> provisioner.provision(Guest.named(vm.id().value())));
        LibvirtFaultSource faults =
                adapter.watch(FaultWatch.builder().probeInterval(PROBE_INTERVAL).build(), Clock.systemUTC(), report -> {
                    var unused = center.submit(report);
                });
        LabCenter started = new LabCenter(site, center, parts.events(), provisioner, faults);
        started.tellThatItLeads(parts.name(), leadership);
        return started;
    }

    /** Written down once its loop has answered that it leads. */
    private void tellThatItLeads(String name, Leadership leadership) {
        var unused = center.health().thenAccept(health -> {
            if (health.isLeading()) {
                events.leads(name, leadership.epoch());
            }
        });
    }

    ManagementCenter center() {
        return center;
    }

    void watchLoads(boolean on) {
        if (loads != null) {
            loads.close();
        }
        loads = on ? new LoadWatch(center) : null;
    }

    /** Puts hosts that have power again back into service: what was lost with them is made anew once there is room. */
    void hostsAreBack() {
        center.inventory().hosts().stream()
                .filter(host -> site.isOn(host.id()) && host.health() != HostHealth.UP)
                .forEach(host -> center.hostUp(host.id()).toCompletableFuture().join());
    }

    /** Closes the center and all that works for it; its journal and the connections stay open. */
    @Override
    public void close() {
        watchLoads(false);
        faults.close();
        center.close();
        provisioner.close();
        events.close();
    }
}
