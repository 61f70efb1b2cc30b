package io.vmha.group.nemesis;

import com.sun.management.OperatingSystemMXBean;
import io.vmha.center.ManagementCenter;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.group.CenterGroup;
import io.vmha.group.GroupHealth;
import io.vmha.group.Instance;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.InMemoryStore;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.Decision;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.HaPolicies;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.zookeeper.ZooKeeperConfig;
import io.vmha.zookeeper.ZooKeeperStore;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How fast a group is on three ZooKeeper servers, each a process with a disk: failovers a second from report to the plan's end, and how
 * long a takeover lasts with many open plans. As root on Linux, like the nemesis. Arguments: how many of each; in how many rounds the
 * failovers are, 5 unless told otherwise, of which the first ones tell how fast a process is that has just begun; and {@code memory} for
 * a store in memory instead, to tell what the servers take. After each round, untimed, what failed is repaired and has its requests back,
 * so that every round begins with a fleet that is well.
 */
final class GroupSpeed {
    private static final int HOSTS = 1_000;
    private static final int VMS = 40_000;
    /** How many different loads VMs have, one after another. */
    private static final int LOADS = 40;

    private static final int HALF = LOADS / 2;
    /** Of more VMs that have failed, too many plans would wait for one another's targets. */
    private static final int MOST_PLANS = 10_000;

    private static final Duration LEASE = Duration.ofSeconds(20);

    private GroupSpeed() {}

    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        boolean isInMemory = args[args.length - 1].equals("memory");
        int rounds = args.length > (isInMemory ? 2 : 1) ? Integer.parseInt(args[1]) : 5;
        if (isInMemory) {
            InMemoryStore memory = new InMemoryStore();
            measure(count, rounds, memory::client, () -> 0);
            System.exit(0);
        }
        try (Lab lab = Lab.temporary("700m")) {
            for (int i = 1; i <= Lab.SIZE; i++) {
                lab.start("zk" + i);
            }
            measure(count, rounds, () -> connect(lab), lab::cpuNanos);
        }
        System.exit(0);
    }

    private static void measure(int count, int rounds, Supplier<CoordinationStore> stores, LongSupplier serversCpu)
            throws Exception {
        failovers(count / rounds, rounds, stores, serversCpu);
        takeover(Math.min(count, MOST_PLANS), stores);
    }

    /** A primary and a standby cluster, and VMs whose loads differ, evenly over their hosts. */
    static Inventory inventory(int hosts, int vms) {
        Inventory.Builder inventory = Inventory.builder();
        for (int i = 0; i < hosts; i++) {
            inventory.add(Host.builder()
                    .id(HostId.of("h" + i))
                    .role(i % 3 == 2 ? ClusterRole.STANDBY : ClusterRole.PRIMARY)
                    .capacity(Resources.of(64_000, 262_144))
                    .build());
        }
        for (int i = 0; i < vms; i++) {
            inventory.add(VirtualMachine.builder()
                    .id(VmId.of("vm" + i))
                    .type(VmType.MIDDLEWARE)
                    .host(HostId.of("h" + i % hosts))
                    .allocation(Resources.of(100, 512))
                    // Without any load one VM would be the best target for all the others.
                    .load(0.1 + 0.01 * (i % LOADS))
                    .build());
        }
        return inventory.build();
    }

    /** Of the VMs that have more load than half of all, one after another: those that take their requests do not fail meanwhile. */
    private static VmId vm(int count) {
        int failing = count % (VMS / 2);
        return VmId.of("vm" + (failing / HALF * LOADS + HALF + failing % HALF));
    }

    static FaultReport report(VmId vm, long sequence) {
        return FaultReport.ofVm(vm, FaultKind.FILESYSTEM_READ_ONLY, Instant.now(), "speed:" + vm, sequence);
    }

    private static FaultReport report(int count) {
        return report(vm(count), 1 + count / (VMS / 2));
    }

    private static SimulatedDatacenter datacenter() {
        return new SimulatedDatacenter(inventory(HOSTS, VMS));
    }

    private static CenterGroup group(
            SimulatedDatacenter datacenter, CoordinationStore store, String name, AutomationLevel level) {
        CenterConfig config = CenterConfig.builder()
                .automation(level)
                .stormGuard(Optional.empty())
                .vmStormGuard(Optional.empty())
                .build();
        return CenterGroup.builder()
                .store(store)
                .site(level.name().toLowerCase(Locale.ROOT))
                .instance(new Instance(name, "http://" + name))
                .lease(LEASE)
                .center((leadership, journal) -> ManagementCenter.builder()
                        .leadership(leadership)
                        .journal(journal)
                        .adapter(datacenter.hypervisor())
                        .trafficDirector(datacenter.trafficDirector())
                        .config(config)
                        .policies(HaPolicies.builder()
                                .config(FailoverConfig.builder()
                                        .failback(FailbackMode.AUTOMATIC)
                                        .build())
                                .build())
                        .inventory(datacenter.actual())
                        .build())
                .build();
    }

    private static ZooKeeperStore connect(Lab lab) {
        return ZooKeeperStore.connect(
                ZooKeeperConfig.of(lab.ensemble(), "/vmha/speed").withTimeout(LEASE));
    }

    private static void awaitLeader(CenterGroup group) throws InterruptedException {
        while (group.health().role() != GroupHealth.Role.LEADER) {
            Thread.sleep(2);
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** What this process used; the time of others on the same cores is not in it. */
    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static void failovers(int atOnce, int rounds, Supplier<CoordinationStore> stores, LongSupplier serversCpu)
            throws Exception {
        SimulatedDatacenter datacenter = datacenter();
        try (CoordinationStore store = stores.get();
                CenterGroup group = group(datacenter, store, "ha-1", AutomationLevel.FULL)) {
            awaitLeader(group);
            int next = 0;
            for (int round = 1; round <= rounds; round++) {
                int first = next;
                List<CompletableFuture<Void>> ended = new ArrayList<>();
                long began = System.nanoTime();
                long cpuBefore = cpuNanos();
                long serversBefore = serversCpu.getAsLong();
                for (int i = 0; i < atOnce; i++) {
                    // An outcome keeps the inventory of its decision, for its explanation: none is kept here.
                    ended.add(group.submit(report(next++))
                            .thenAccept(GroupSpeed::requireCarriedOut)
                            .toCompletableFuture());
                }
                CompletableFuture.allOf(ended.toArray(CompletableFuture[]::new)).join();
                double took = seconds(began);
                System.out.printf(
                        Locale.ROOT,
                        "round %d: %d failovers in %.2f s, %.0f a second, %.0f microseconds of CPU each, and %.0f of the servers%n",
                        round,
                        atOnce,
                        took,
                        atOnce / took,
                        (cpuNanos() - cpuBefore) / 1e3 / atOnce,
                        (serversCpu.getAsLong() - serversBefore) / 1e3 / atOnce);
                mend(first, next, datacenter, group);
            }
        }
    }

    private static void requireCarriedOut(DecisionOutcome outcome) {
        if (!outcome.isCarriedOut()) {
            throw new IllegalStateException("not carried out: " + outcome.decision());
        }
    }

    private static void mend(int first, int end, SimulatedDatacenter datacenter, CenterGroup group) {
        List<CompletableFuture<Void>> mended = new ArrayList<>();
        for (int i = first; i < end; i++) {
            VmId vm = vm(i);
            datacenter.change(now -> now.with(now.requireVm(vm).withPower(PowerState.ON)));
            mended.add(group.call(center -> center.repaired(vm))
                    .thenAccept(GroupSpeed::requireCarriedOut)
                    .toCompletableFuture());
        }
        CompletableFuture.allOf(mended.toArray(CompletableFuture[]::new)).join();
    }

    private static void takeover(int count, Supplier<CoordinationStore> stores) throws Exception {
        try (CoordinationStore one = stores.get();
                CoordinationStore other = stores.get();
                CenterGroup first = group(datacenter(), one, "ha-1", AutomationLevel.MANUAL)) {
            awaitLeader(first);
            List<CompletableFuture<Decision>> accepted = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                accepted.add(first.accept(report(i)).toCompletableFuture());
            }
            CompletableFuture.allOf(accepted.toArray(CompletableFuture[]::new)).join();
            try (CenterGroup next = group(datacenter(), other, "ha-2", AutomationLevel.MANUAL)) {
                while (first.health().members().size() < 2) {
                    Thread.sleep(10);
                }
                long asked = System.nanoTime();
                Void unused =
                        first.handOver(Optional.empty()).toCompletableFuture().join();
                double left = seconds(asked);
                while (next.health().role() != GroupHealth.Role.LEADER) {
                    if (first.health().role() == GroupHealth.Role.LEADER) {
                        throw new IllegalStateException("the first leads again: " + next.health());
                    }
                    Thread.sleep(2);
                }
                double led = seconds(asked);
                int open = next.call(ManagementCenter::health)
                        .toCompletableFuture()
                        .join()
                        .openPlans()
                        .size();
                System.out.printf(
                        Locale.ROOT,
                        "takeover with %d open plans: left after %.2f s, the next leads %.2f s later%n",
                        open,
                        left,
                        led - left);
            }
        }
    }
}
