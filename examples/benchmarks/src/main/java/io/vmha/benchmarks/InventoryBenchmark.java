package io.vmha.benchmarks;

import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionEffects;
import io.vmha.policy.FailoverCapacity;
import io.vmha.policy.FailoverPolicy;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.SubjectDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/** The inventory itself: building it, one update, failures in a stream with their updates (D), and failover capacity. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
public class InventoryBenchmark {
    private static final int STREAM = 1_000;

    /** Hosts and machines. */
    @Param({"100-1000", "1000-10000", "10000-100000"})
    public String size = "";

    private final FailoverPolicy policy = HaPolicies.withDefaults().failover();
    private Inventory inventory = Inventory.empty();
    private List<HostId> stream = List.of();
    private List<VirtualMachine> updates = List.of();
    private List<VirtualMachine> vms = List.of();
    private List<Host> hosts = List.of();

    /** Reads the inventory. */
    @Setup
    public void setUp() {
        Workload workload = Workload.read(size);
        inventory = workload.inventory();
        stream = workload.stream();
        hosts = workload.hosts();
        vms = workload.vms();
        // A step through the machines that visits them all over the inventory, as samples of many hosts arrive.
        updates = IntStream.range(0, STREAM)
                .mapToObj(i -> vms.get((int) (i * 7_919L % vms.size())))
                .map(vm -> vm.withLoad((vm.load() + 0.37) % 0.7))
                .toList();
    }

    /** One machine's load changes. */
    @Benchmark
    @OperationsPerInvocation(STREAM)
    public Inventory oneUpdate() {
        Inventory current = inventory;
        for (VirtualMachine vm : updates) {
            current = current.with(vm);
        }
        return current;
    }

    /** The inventory from its machines. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public Inventory built() {
        Inventory.Builder builder = Inventory.builder();
        hosts.forEach(builder::add);
        vms.forEach(builder::add);
        return builder.build();
    }

    /** D: a host fails, is decided about, all is counted in; then it is back and everything is as it was. */
    @Benchmark
    @OperationsPerInvocation(STREAM)
    public Inventory hostFailsAndRecovers() {
        Inventory current = inventory;
        for (HostId host : stream) {
            FaultReport report = Workload.hostDown(host);
            Decision decision = policy.decide(current, report);
            List<VirtualMachine> before = touched(current, decision);
            Host healthy = current.requireHost(host);
            current = DecisionEffects.apply(current, report, decision);
            current = current.withAll(healthy, before);
        }
        return current;
    }

    /** The machines that a decision changes, as they were: each source fails once, and a target is named with each. */
    private static List<VirtualMachine> touched(Inventory current, Decision decision) {
        List<VirtualMachine> before = new ArrayList<>();
        for (SubjectDecision part : decision.parts()) {
            if (part instanceof SubjectDecision.Redirect redirect) {
                before.add(current.requireVm(redirect.vm()));
                before.add(current.requireVm(redirect.target()));
            }
        }
        return before;
    }

    /** Which single hosts can fail: every host is tried. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public List<FailoverCapacity.Survival> capacityOfEveryHost() {
        return HaPolicies.withDefaults().capacity().singleHosts(inventory);
    }
}
