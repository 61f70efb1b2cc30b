package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.policy.Reason;
import io.vmha.sim.SimulatedDatacenter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The center on real threads. */
class ManyReportsTest {
    private static final int THREADS = 16;
    private static final int HOSTS = 200;
    private static final int VMS = 10_000;
    private static final int FAULTS = 5_000;

    private final Inventory inventory = inventory();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(inventory);
    private final Map<VmId, Integer> powerOffs = new ConcurrentHashMap<>();
    private final Queue<CompletionStage<DecisionOutcome>> outcomes = new ConcurrentLinkedQueue<>();

    /** Each of 5,000 faults is reported twice, by any two of the threads at any time. */
    @Test
    void ofTenThousandReportsFromSixteenThreadsNoneIsLostAndNoneIsDoneTwice() throws Exception {
        try (ManagementCenter center = ManagementCenter.builder()
                .adapter(counting(datacenter.hypervisor()))
                .trafficDirector(datacenter.trafficDirector())
                .inventory(inventory)
                .build()) {
            submit(center, shuffledReports(42));
            List<DecisionOutcome> ended = outcomes.stream()
                    .map(outcome -> outcome.toCompletableFuture().join())
                    .toList();

            Map<Boolean, Long> duplicates = ended.stream()
                    .collect(Collectors.partitioningBy(ManyReportsTest::isDuplicate, Collectors.counting()));
            assertThat(duplicates).containsEntry(true, (long) FAULTS).containsEntry(false, (long) FAULTS);
            assertThat(ended.stream()
                            .flatMap(outcome -> outcome.actions().stream())
                            .filter(action -> action.result() == ActionResult.FAILED)
                            .toList())
                    .isEmpty();
            assertThat(powerOffs)
                    .hasSize(FAULTS)
                    .allSatisfy((vm, times) -> assertThat(times).isEqualTo(1));
            assertThat(center.health().toCompletableFuture().join().openPlans()).isEmpty();
            for (int vm = 0; vm < FAULTS; vm++) {
                VmId server = datacenter.routes().get(VmId.of("vm" + vm));
                assertThat(center.inventory().requireVm(server).health()).isEqualTo(VmHealth.HEALTHY);
            }
        }
    }

    private static boolean isDuplicate(DecisionOutcome outcome) {
        return outcome.decision().parts().stream().anyMatch(part -> part.reason() == Reason.DUPLICATE);
    }

    private void submit(ManagementCenter center, List<FaultReport> reports) throws Exception {
        ExecutorService monitors = Executors.newFixedThreadPool(THREADS);
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Future<?>> done = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int first = thread;
            done.add(monitors.submit(() -> {
                start.await();
                for (int i = first; i < reports.size(); i += THREADS) {
                    outcomes.add(center.submit(reports.get(i)));
                }
                return null;
            }));
        }
        for (Future<?> future : done) {
            future.get();
        }
        monitors.shutdown();
    }

    private static List<FaultReport> shuffledReports(long seed) {
        List<FaultReport> reports = new ArrayList<>();
        for (int i = 0; i < 2 * FAULTS; i++) {
            reports.add(Fixtures.readOnly("vm" + i % FAULTS));
        }
        Collections.shuffle(reports, new Random(seed));
        return reports;
    }

    private HypervisorAdapter counting(HypervisorAdapter adapter) {
        return (HypervisorAdapter) Proxy.newProxyInstance(
                HypervisorAdapter.class.getClassLoader(),
                new Class<?>[] {HypervisorAdapter.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("powerOff")) {
                        powerOffs.merge((VmId) arguments[0], 1, Integer::sum);
                    }
                    try {
                        return method.invoke(adapter, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private static Inventory inventory() {
        Inventory.Builder builder = Inventory.builder();
        for (int host = 0; host < HOSTS; host++) {
            builder.add(Fixtures.host("h" + host, ClusterRole.PRIMARY)
                    .capacity(Resources.of(128_000, 524_288))
                    .build());
        }
        for (int vm = 0; vm < VMS; vm++) {
            builder.add(Fixtures.database("vm" + vm, "h" + vm % HOSTS)
                    .allocation(Resources.of(2_000, 8_192))
                    .load(0.2)
                    .build());
        }
        return builder.build();
    }
}
