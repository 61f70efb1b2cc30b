package io.vmha.sim;

import com.google.common.collect.ImmutableSet;
import io.vmha.adapter.Capability;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.HostFencing;
import io.vmha.center.config.RecoveryLimit;
import io.vmha.center.config.StormGuard;
import io.vmha.center.config.VmStormGuard;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.RackId;
import io.vmha.model.ReplicaSet;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.RecoveryMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Draws a course from a seed. Made for one course and thrown away. */
final class RandomCourse {
    static final int LAST_EVENT_MILLIS = 60_000;
    /** One course in so many has a storm guard of VMs, which two that fail within its window open. */
    private static final int VM_STORM_SEEDS = 5;
    /** One course in so many has databases that nobody can read or promote. */
    private static final int NO_DATABASES_SEEDS = 11;
    /** One course in so many has a platform that cannot do something. */
    private static final int LACKING_SEEDS = 13;

    private static final List<ImmutableSet<Capability>> LACKED = List.of(
            ImmutableSet.of(Capability.CLONE),
            ImmutableSet.of(Capability.LIVE_MIGRATION),
            ImmutableSet.of(Capability.REALLOCATE),
            ImmutableSet.of(Capability.RESTART_ELSEWHERE),
            ImmutableSet.of(Capability.POWER_ON, Capability.RESTART_ELSEWHERE, Capability.CLONE));

    private final long seed;
    private final SplittableRandom random;

    RandomCourse(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    SimulatedCourse course() {
        Inventory inventory = inventory();
        CenterConfig config = config();
        FailoverConfig failover = failover();
        double errorRate = new double[] {0, 0.05, 0.15, 0.3}[random.nextInt(4)];
        boolean isSlow = random.nextInt(4) == 0;
        boolean isDurable = random.nextInt(50) == 0;
        Optional<Duration> resync = random.nextBoolean() ? Optional.of(Duration.ofSeconds(120)) : Optional.empty();
        return new SimulatedCourse(
                seed,
                inventory,
                config,
                failover,
                errorRate,
                isSlow,
                isDurable,
                random.nextInt(3) == 0,
                lacks(),
                resync,
                events(inventory, config));
    }

    private SimulatedCourse.Lacks lacks() {
        boolean lacksCapability = seed % LACKING_SEEDS == 6;
        int which = (int) (seed / LACKING_SEEDS % LACKED.size());
        return new SimulatedCourse.Lacks(
                seed % NO_DATABASES_SEEDS == 4, lacksCapability ? LACKED.get(which) : ImmutableSet.of());
    }

    private Inventory inventory() {
        Inventory.Builder inventory = Inventory.builder();
        int primaries = 2 + random.nextInt(2);
        int hosts = primaries + 1 + random.nextInt(2);
        boolean namesMembers = random.nextBoolean();
        for (int h = 1; h <= hosts; h++) {
            ClusterRole role = h <= primaries ? ClusterRole.PRIMARY : ClusterRole.STANDBY;
            inventory.add(Host.builder()
                    .id(HostId.of("h" + h))
                    .role(role)
                    .capacity(Resources.of(12_000 + 4_000 * random.nextInt(3), 65_536))
                    .rack(RackId.of("r" + (1 + h % 2)))
                    .cpuPlatform(CpuPlatform.parse(random.nextInt(5) == 0 ? "other/0x1" : "xeon-5500/0x11"))
                    .build());
            Optional<String> member =
                    namesMembers ? Optional.of(ReplicaSet.memberFor(role).value()) : Optional.empty();
            for (int v = 1; v <= 1 + random.nextInt(2); v++) {
                inventory.add(vm("mw" + h + v, VmType.MIDDLEWARE, h, Optional.empty()));
                inventory.add(vm("db" + h + v, VmType.DATABASE, h, member));
            }
        }
        return inventory.build();
    }

    private VirtualMachine vm(String id, VmType type, int host, Optional<String> member) {
        VirtualMachine.Builder vm = VirtualMachine.builder()
                .id(VmId.of(id))
                .type(type)
                .host(HostId.of("h" + host))
                .allocation(Resources.of(2_000, 8_192))
                .priority(random.nextInt(3))
                .member(member)
                .load(random.nextInt(10) / 10.0);
        if (type.equals(VmType.MIDDLEWARE) ? random.nextInt(4) > 0 : random.nextInt(4) == 0) {
            vm.template(TemplateId.of(type + "-template"));
        }
        if (random.nextInt(8) == 0) {
            vm.addAntiAffinity(AntiAffinityGroup.of(type + "-apart"));
        }
        return vm.build();
    }

    private CenterConfig config() {
        CenterConfig.Builder config = CenterConfig.builder()
                .actionDeadline(Duration.ofSeconds(5))
                .stormGuard(Optional.empty())
                .vmStormGuard(Optional.empty())
                .maxConcurrentActionsPerHost(1 + random.nextInt(4))
                .hostFencing(HostFencing.values()[random.nextInt(HostFencing.values().length)]);
        if (random.nextInt(4) == 0) {
            config.automation(AutomationLevel.values()[random.nextInt(AutomationLevel.values().length)]);
        }
        if (random.nextInt(3) == 0) {
            config.stormGuard(Optional.of(new StormGuard(0.34, Duration.ofSeconds(20 + random.nextInt(60)))));
        }
        if (seed % VM_STORM_SEEDS == 2) {
            config.vmStormGuard(Optional.of(new VmStormGuard(0.12, Duration.ofSeconds(20 + seed % 60))));
        }
        if (random.nextInt(3) == 0) {
            config.maxRecoveriesPerVm(new RecoveryLimit(1 + random.nextInt(2), Duration.ofSeconds(60)));
        }
        if (random.nextInt(4) == 0) {
            config.gatherWindow(Duration.ofMillis(random.nextInt(3_000)));
        }
        return config.build();
    }

    private FailoverConfig failover() {
        FailoverConfig.Builder failover = FailoverConfig.builder();
        if (random.nextInt(3) == 0) {
            failover.maxReplicationLag(Duration.ofSeconds(10));
        }
        if (random.nextInt(3) == 0) {
            failover.failback(FailbackMode.AUTOMATIC);
        }
        if (random.nextInt(4) == 0) {
            failover.putRecovery(VmType.MIDDLEWARE, RecoveryMode.RESTART);
        }
        if (random.nextInt(4) == 0) {
            failover.putRecovery(VmType.DATABASE, RecoveryMode.RESTART);
        }
        return failover.build();
    }

    private List<CourseEvent> events(Inventory inventory, CenterConfig config) {
        List<VmId> vms =
                inventory.vms().stream().map(VirtualMachine::id).sorted().toList();
        List<HostId> hosts = inventory.hosts().stream().map(Host::id).sorted().toList();
        // What happens to few VMs and hosts gets in one another's way more often.
        List<VmId> fewVms = random.nextBoolean() ? vms : List.of(pick(vms), pick(vms));
        List<HostId> fewHosts = random.nextBoolean()
                ? hosts
                : List.of(inventory.requireVm(fewVms.get(0)).host(), pick(hosts));
        List<CourseEvent> events = new ArrayList<>();
        int count = 1 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            events.add(new CourseEvent(
                    Duration.ofMillis(random.nextInt(LAST_EVENT_MILLIS)),
                    kind(config),
                    pick(fewVms),
                    pick(fewHosts),
                    random.nextInt(100)));
        }
        return inOrder(events);
    }

    /** No two at one instant: of a failure and a repair nobody could say which came first. */
    static List<CourseEvent> inOrder(List<CourseEvent> some) {
        List<CourseEvent> events = new ArrayList<>();
        Duration last = Duration.ofMillis(-1);
        for (CourseEvent event :
                some.stream().sorted(Comparator.comparing(CourseEvent::at)).toList()) {
            Duration at = event.at().compareTo(last) > 0 ? event.at() : last.plusMillis(1);
            events.add(event.with(at));
            last = at;
        }
        return events;
    }

    private CourseEvent.Kind kind(CenterConfig config) {
        CourseEvent.Kind[] kinds = CourseEvent.Kind.values();
        CourseEvent.Kind kind =
                random.nextInt(5) == 0 ? CourseEvent.Kind.VM_FAILS : kinds[random.nextInt(kinds.length)];
        return allowed(kind, config);
    }

    /** By a clock that jumps it cannot be told from outside whether a storm is over. */
    static CourseEvent.Kind allowed(CourseEvent.Kind kind, CenterConfig config) {
        boolean hasGuard =
                config.stormGuard().isPresent() || config.vmStormGuard().isPresent();
        return kind == CourseEvent.Kind.CLOCK_JUMPS && hasGuard ? CourseEvent.Kind.CENTER_CRASHES : kind;
    }

    private <T> T pick(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }
}
