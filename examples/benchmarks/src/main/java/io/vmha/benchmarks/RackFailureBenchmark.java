package io.vmha.benchmarks;

import com.google.common.collect.ImmutableMap;
import io.vmha.fault.FaultReport;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Planner;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FailoverPolicy;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.RecoveryMode;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Failure C: all hosts of a rack, 5% of the hosts, in one batch, decided and planned. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
public class RackFailureBenchmark {
    /** Hosts and machines. */
    @Param({"100-1000", "1000-10000", "10000-100000"})
    public String size = "";

    private final FailoverPolicy policy = HaPolicies.withDefaults().failover();
    private final Planner planner = new Planner(FailoverConfig.defaults());
    private FailoverConfig restarting = FailoverConfig.defaults();
    private Inventory inventory = Inventory.empty();
    private List<FaultReport> rack = List.of();

    /** Reads the inventory. */
    @Setup
    public void setUp() {
        Workload workload = Workload.read(size);
        inventory = workload.inventory();
        restarting = FailoverConfig.builder()
                .recovery(inventory.vms().stream()
                        .map(VirtualMachine::type)
                        .distinct()
                        .collect(ImmutableMap.toImmutableMap(type -> type, type -> RecoveryMode.RESTART)))
                .build();
        rack = workload.rack().stream().map(Workload::hostDown).toList();
    }

    /** C: where the machines of all those hosts go, and the plan. */
    @Benchmark
    public Plan rackDecidedAndPlanned() {
        return planner.plan(new PlanId(1), inventory, policy.decideAll(inventory, rack));
    }

    /** C, with every machine placed anew on another host instead: decided and planned. */
    @Benchmark
    public Plan rackRestartedAndPlanned() {
        FailoverPolicy restarts =
                HaPolicies.builder().config(restarting).build().failover();
        return new Planner(restarting).plan(new PlanId(1), inventory, restarts.decideAll(inventory, rack));
    }
}
