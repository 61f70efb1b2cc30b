package io.vmha.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.PlanJournal;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.journal.DurablePlanJournal;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The center on real threads: from reports of single machines to their plans handed to the adapter, and what a flood of
 * repeated reports does to a real one. The plans go on to their ends meanwhile, as they would.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 20)
@Measurement(iterations = 20)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx4g", "-XX:+UseParallelGC", "-Xmn2g"})
public class CenterBenchmark {
    private static final int FAILOVERS = 5_000;
    private static final int REPEATED = 100_000;

    /** Hosts and machines. */
    @Param({"10000-100000"})
    public String size = "";

    /** Where plans are written down: in memory, or in a file that is forced to the disk. */
    @Param({"memory", "durable"})
    public String journal = "";

    private final HandedOver adapter = new HandedOver();
    private final List<FaultReport> reports = new ArrayList<>();
    private Inventory inventory = Inventory.empty();
    private Path folder = Path.of("");
    private PlanJournal plans = new InMemoryPlanJournal();
    private ManagementCenter center =
            ManagementCenter.builder().adapter(adapter).trafficDirector(adapter).build();

    /** Reads the inventory. */
    @Setup
    public void readInventory() {
        inventory = Workload.read(size).inventory();
        List<VirtualMachine> vms = new ArrayList<>();
        inventory.vms().forEach(vms::add);
        Collections.shuffle(vms, new Random(1));
        vms.subList(0, FAILOVERS + 1)
                .forEach(vm -> reports.add(
                        FaultReport.ofVm(vm.id(), FaultKind.FILESYSTEM_READ_ONLY, Instant.EPOCH, "benchmark", 1)));
    }

    /** Starts a center that knows of no fault. */
    @Setup(Level.Iteration)
    public void start() throws IOException {
        folder = Files.createTempDirectory("journal");
        plans = journal.equals("memory") ? new InMemoryPlanJournal() : DurablePlanJournal.in(folder);
        center.close();
        adapter.expect(FAILOVERS);
        center = ManagementCenter.builder()
                .adapter(adapter)
                .trafficDirector(adapter)
                .inventory(inventory)
                .journal(plans)
                .build();
    }

    /** Ends it. */
    @TearDown(Level.Iteration)
    public void stop() throws IOException {
        center.close();
        plans.close();
        MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }

    /** From one machine's report to its plan's first action, with 5,000 reports at once. */
    @Benchmark
    @OperationsPerInvocation(FAILOVERS)
    public void reportToPlanHandedOver() throws InterruptedException {
        for (FaultReport report : reports.subList(0, FAILOVERS)) {
            CompletionStage<DecisionOutcome> unused = center.submit(report);
        }
        adapter.await();
    }

    /** From one machine's report to its plan's end, with 5,000 reports at once. */
    @Benchmark
    @OperationsPerInvocation(FAILOVERS)
    public void reportToPlanEnded() {
        CompletableFuture<?>[] outcomes = reports.subList(0, FAILOVERS).stream()
                .map(report -> center.submit(report).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(outcomes).join();
    }

    /** A center that has just been sent 100,000 repeated reports. */
    @State(Scope.Benchmark)
    public static class Flooded {
        private FaultReport real = Workload.hostDown(HostId.of("none"));

        /** Sends a report, waits for its end, and sends it again and again. */
        @Setup(Level.Invocation)
        public void flood(CenterBenchmark benchmark) {
            FaultReport repeated = benchmark.reports.get(0);
            benchmark.center.submit(repeated).toCompletableFuture().join();
            real = benchmark.reports.get(FAILOVERS);
            benchmark.adapter.expect(1);
            for (int i = 0; i < REPEATED; i++) {
                CompletionStage<DecisionOutcome> unused = benchmark.center.submit(repeated);
            }
        }
    }

    /** A real report behind those, to its plan's first action. */
    @Benchmark
    public void reportBehindRepeatedOnes(Flooded flooded) throws InterruptedException {
        CompletableFuture<DecisionOutcome> unused = center.submit(flooded.real).toCompletableFuture();
        adapter.await();
    }
}
