package io.vmha.benchmarks;

import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Planner;
import io.vmha.policy.Decision;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FailoverPolicy;
import io.vmha.policy.HaPolicies;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

/** Failures A (one host) and B (one machine): decided, and for A planned. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
public class FailoverBenchmark {
    /** Hosts and machines. */
    @Param({"3-12", "100-1000", "1000-10000", "10000-100000"})
    public String size = "";

    private final FailoverPolicy policy = HaPolicies.withDefaults().failover();
    private final Planner planner = new Planner(FailoverConfig.defaults());
    private Inventory inventory = Inventory.empty();
    private List<FaultReport> machines = List.of();
    private FaultReport oneVm = Workload.hostDown(HostId.of("none"));
    private FaultReport oneHost = oneVm;

    /** Reads the inventory. */
    @Setup
    public void setUp() {
        Workload workload = Workload.read(size);
        inventory = workload.inventory();
        oneVm = workload.vmFault();
        machines = workload.machinesInTurn().stream().map(Workload::vmFault).toList();
        oneHost = Workload.hostDown(workload.oneHost());
    }

    /** B: where one machine's requests go. */
    @Benchmark
    public Decision oneVmDecided() {
        return policy.decide(inventory, oneVm);
    }

    /** B for machines all over the inventory in turn, each with nothing else failed: little of it is in the cache. */
    @Benchmark
    @OperationsPerInvocation(Workload.IN_TURN)
    public void machinesInTurnDecided(Blackhole decided) {
        for (FaultReport machine : machines) {
            decided.consume(policy.decide(inventory, machine));
        }
    }

    /** A: where the machines of one host go, and the plan. */
    @Benchmark
    public Plan oneHostDecidedAndPlanned() {
        Decision decision = policy.decide(inventory, oneHost);
        return planner.plan(new PlanId(1), inventory, decision);
    }
}
