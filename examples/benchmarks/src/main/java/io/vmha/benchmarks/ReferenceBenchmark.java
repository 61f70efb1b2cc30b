package io.vmha.benchmarks;

import static com.google.common.base.Preconditions.checkState;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.SubjectDecision;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** The same failures as of the other benchmarks, by a linear scan and by a minimal reference; nothing is planned. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
public class ReferenceBenchmark {
    private static final int STREAM = 1_000;

    /** Hosts and machines. */
    @Param({"3-12", "100-1000", "1000-10000", "10000-100000"})
    public String size = "";

    private @Nullable LinearScan linear;
    private @Nullable MinimalReference minimal;
    private VmId oneVm = VmId.of("none");
    private List<VmId> machines = List.of();
    private List<HostId> oneHost = List.of();
    private List<HostId> rack = List.of();
    private int[] oneHostNumber = {};
    private int[] rackNumbers = {};
    private int[][] stream = {};

    /** Reads the inventory, and checks that the linear scan decides as the policy does. */
    @Setup
    public void setUp() {
        Workload workload = Workload.read(size);
        oneVm = workload.oneVm();
        oneHost = List.of(workload.oneHost());
        rack = workload.rack();
        linear = new LinearScan(workload);
        minimal = new MinimalReference(workload);
        Map<HostId, Integer> numbers = MinimalReference.numbers(workload);
        machines = workload.machinesInTurn();
        oneHostNumber = numbers(oneHost, numbers);
        rackNumbers = numbers(rack, numbers);
        stream = workload.stream().stream()
                .map(host -> numbers(List.of(host), numbers))
                .toArray(int[][]::new);
        check(workload);
    }

    private void check(Workload workload) {
        var decision = HaPolicies.withDefaults().failover().decide(workload.inventory(), workload.vmFault());
        checkState(
                decision instanceof SubjectDecision.Redirect redirect
                        && redirect.target().equals(oneVmLinear()),
                "%s and the linear scan's %s differ",
                decision,
                oneVmLinear());
    }

    private static int[] numbers(List<HostId> hosts, Map<HostId, Integer> numbers) {
        return hosts.stream().mapToInt(host -> numbers.getOrDefault(host, -1)).toArray();
    }

    private LinearScan linear() {
        checkState(linear != null, "not set up");
        return linear;
    }

    private MinimalReference minimal() {
        checkState(minimal != null, "not set up");
        return minimal;
    }

    /** B by linear scan. */
    @Benchmark
    public @Nullable VmId oneVmLinear() {
        return linear().oneVm(oneVm);
    }

    /** B by the minimal reference. */
    @Benchmark
    public @Nullable VmId oneVmMinimal() {
        return minimal().oneVm(oneVm);
    }

    /** B by the minimal reference, for machines all over the inventory in turn. */
    @Benchmark
    @OperationsPerInvocation(Workload.IN_TURN)
    public void machinesInTurnMinimal(Blackhole decided) {
        for (VmId machine : machines) {
            decided.consume(minimal().oneVm(machine));
        }
    }

    /** A by linear scan. */
    @Benchmark
    public int oneHostLinear() {
        return linear().hosts(oneHost);
    }

    /** A by the minimal reference. */
    @Benchmark
    public int oneHostMinimal() {
        return minimal().hosts(oneHostNumber);
    }

    /** C by linear scan. */
    @Benchmark
    public int rackLinear() {
        return linear().hosts(rack);
    }

    /** C by the minimal reference. */
    @Benchmark
    public int rackMinimal() {
        return minimal().hosts(rackNumbers);
    }

    /** D by the minimal reference: a host fails, is decided about and counted in, then all is as it was. */
    @Benchmark
    @OperationsPerInvocation(STREAM)
    public int hostFailsAndRecoversMinimal() {
        int found = 0;
        for (int[] host : stream) {
            found += minimal().hosts(host);
        }
        return found;
    }
}
