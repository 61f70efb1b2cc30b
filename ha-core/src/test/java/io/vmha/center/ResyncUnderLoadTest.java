package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.ReadingToken;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.RecoveryMode;
import io.vmha.sim.SimulatedDatacenter;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Resyncs in which little changes, one after another, while VMs fail: no failover is lost, none is done twice, and nothing is kept that
 * grows. Every build runs a small shape; {@code -Dvmha.resync.full=true} runs 1,000 resyncs ({@code -Dvmha.resync.count} another
 * number) of 100,000 VMs beside 100 failovers a second, and prints what it took.
 */
class ResyncUnderLoadTest {
    private static final boolean IS_FULL = Boolean.getBoolean("vmha.resync.full");
    private static final int HOSTS = IS_FULL ? 10_000 : 200;
    private static final int VMS_EACH = 10;
    private static final int RESYNCS = Integer.getInteger("vmha.resync.count", IS_FULL ? 1_000 : 40);
    private static final int CHANGED_EACH = 20;
    private static final int FAILOVERS_A_SECOND = 100;
    /** Most VMs must go on serving. */
    private static final int MOST_FAILOVERS = HOSTS * VMS_EACH / 2;

    /** The platform is read for as long as it takes to have so many. */
    private static final int FEWEST_FAILOVERS = 11;

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long MIB = 1 << 20;

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(start());
    private final Map<VmId, Integer> poweredOff = new ConcurrentHashMap<>();
    private final AtomicInteger failed = new AtomicInteger();
    private final Random random = new Random(7);

    @Test
    void noFailoverIsLostOrDoneTwiceAndTheHeapStaysFlat() throws Exception {
        ManagementCenter center = ManagementCenter.builder()
                .adapter(counting(datacenter.hypervisor()))
                .trafficDirector(datacenter.trafficDirector())
                .policies(HaPolicies.builder()
                        .config(FailoverConfig.builder()
                                .putRecovery(VmType.MIDDLEWARE, RecoveryMode.REDIRECT)
                                .build())
                        .build())
                .inventory(datacenter.actual())
                .build();
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Map<VmId, DecisionOutcome>> failing =
                CompletableFuture.supplyAsync(() -> failOneAfterAnother(center, isOver));
        List<Long> took = new ArrayList<>();
        for (int i = 0; i < RESYNCS || failed.get() < FEWEST_FAILOVERS; i++) {
            took.add(resync(center));
        }
        isOver.set(true);
        Map<VmId, DecisionOutcome> outcomes = failing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(outcomes).hasSizeGreaterThanOrEqualTo(FEWEST_FAILOVERS);
        // Once: a copy for each outcome takes longer than all that is checked.
        Inventory believed = center.inventory();
        Inventory actual = datacenter.actual();
        Map<VmId, VmId> routes = datacenter.routes();
        outcomes.forEach((vm, outcome) -> {
            assertThat(outcome.isCarriedOut()).as("%s: %s", vm, outcome).isTrue();
            VirtualMachine after = believed.requireVm(vm);
            VmId server = routes.get(vm);
            assertThat(after.servedBy()).as("%s", vm).contains(server);
            assertThat(believed.requireVm(server).isServing()).as("%s", server).isTrue();
            assertThat(actual.requireVm(vm).power()).isEqualTo(PowerState.OFF);
        });
        assertThat(poweredOff.keySet()).isEqualTo(outcomes.keySet());
        assertThat(poweredOff.values()).as("no failover is done twice").containsOnly(1);
        assertThat(center.plans().toCompletableFuture().join()).isEmpty();
        int failovers = outcomes.size();
        outcomes.clear();

        long before = usedAfterCollection();
        for (int i = 0; i < RESYNCS / 10; i++) {
            resync(center);
        }
        long after = usedAfterCollection();
        assertThat(after)
                .as("heap in use after %s more resyncs", RESYNCS / 10)
                .isLessThan(before + before / 10 + 16 * MIB);
        center.close();
        Collections.sort(took);
        if (IS_FULL) {
            System.out.printf(
                    "%d resyncs of %d VMs, %d failovers: a resync %d ms (median), %d ms (longest); heap %d MiB, then %d MiB%n",
                    RESYNCS,
                    HOSTS * VMS_EACH,
                    failovers,
                    took.get(took.size() / 2),
                    took.get(took.size() - 1),
                    before / MIB,
                    after / MIB);
        }
    }

    /** Returns how long it took, in milliseconds. */
    private long resync(ManagementCenter center) {
        ReadingToken token = center.beginReading().toCompletableFuture().join();
        for (int i = 0; i < CHANGED_EACH; i++) {
            VmId vm = vm(random.nextInt(HOSTS * VMS_EACH));
            long memory = 1_024 + random.nextInt(1_024);
            datacenter.change(actual -> actual.with(actual.requireVm(vm).withAllocation(Resources.of(1_000, memory))));
        }
        PlatformSnapshot seen = PlatformSnapshot.of(datacenter.actual());
        long begun = System.nanoTime();
        Inventory unused = center.observe(token, seen).toCompletableFuture().join();
        return Duration.ofNanos(System.nanoTime() - begun).toMillis();
    }

    private Map<VmId, DecisionOutcome> failOneAfterAnother(ManagementCenter center, AtomicBoolean isOver) {
        Map<VmId, CompletionStage<DecisionOutcome>> submitted = new ConcurrentHashMap<>();
        int next = 0;
        while (!isOver.get() && next < MOST_FAILOVERS) {
            VmId vm = vm(next * 2);
            submitted.put(
                    vm,
                    center.submit(
                            FaultReport.ofVm(vm, FaultKind.SERVICE_DOWN, Instant.now(), "monitor:" + vm, ++next)));
            failed.set(next);
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos() / FAILOVERS_A_SECOND);
        }
        Map<VmId, DecisionOutcome> outcomes = new ConcurrentHashMap<>();
        submitted.forEach((vm, stage) -> outcomes.put(
                vm,
                stage.toCompletableFuture()
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join()));
        return outcomes;
    }

    private HypervisorAdapter counting(HypervisorAdapter adapter) {
        return (HypervisorAdapter) Proxy.newProxyInstance(
                HypervisorAdapter.class.getClassLoader(),
                new Class<?>[] {HypervisorAdapter.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("powerOff")) {
                        poweredOff.merge((VmId) arguments[0], 1, Integer::sum);
                    }
                    try {
                        return method.invoke(adapter, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private static long usedAfterCollection() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private static VmId vm(int number) {
        return VmId.of("vm" + number);
    }

    private static Inventory start() {
        List<Host> hosts = new ArrayList<>();
        List<VirtualMachine> vms = new ArrayList<>();
        for (int h = 0; h < HOSTS; h++) {
            HostId host = HostId.of("h" + h);
            hosts.add(Host.builder()
                    .id(host)
                    .role(h % 10 == 9 ? ClusterRole.STANDBY : ClusterRole.PRIMARY)
                    .capacity(Resources.of(32_000, 65_536))
                    .build());
            for (int v = 0; v < VMS_EACH; v++) {
                vms.add(VirtualMachine.builder()
                        .id(vm(h * VMS_EACH + v))
                        .type(VmType.MIDDLEWARE)
                        .host(host)
                        .allocation(Resources.of(1_000, 1_024))
                        .load(0.1)
                        .build());
            }
        }
        return new PlatformSnapshot(hosts, vms, Set.of()).toInventory();
    }
}
