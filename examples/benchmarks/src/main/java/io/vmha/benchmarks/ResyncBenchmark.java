package io.vmha.benchmarks;

import io.vmha.center.ManagementCenter;
import io.vmha.center.internal.state.Projected;
import io.vmha.center.internal.state.Sightings;
import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.ReadingToken;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A reading of the whole platform in which few VMs differ from what the center believes: the comparison, which the caller's thread
 * makes, and all of it until the center has taken it. The difference of the two is what it costs the center's loop.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
public class ResyncBenchmark {
    private static final int CHANGED = 100;

    /** Hosts and VMs. */
    @Param({"10000-100000"})
    public String size = "";

    private final HandedOver adapter = new HandedOver();
    private final List<PlatformSnapshot> snapshots = new ArrayList<>();
    private Projected believed = Projected.of(Inventory.empty());
    private ManagementCenter center =
            ManagementCenter.builder().adapter(adapter).trafficDirector(adapter).build();
    private int next;

    /** Reads the inventory, and makes two snapshots that differ in 100 VMs' allocations. */
    @Setup
    public void start() {
        Workload workload = Workload.read(size);
        Inventory inventory = workload.inventory();
        believed = Projected.of(inventory);
        center.close();
        center = ManagementCenter.builder()
                .adapter(adapter)
                .trafficDirector(adapter)
                .inventory(inventory)
                .build();
        Inventory resized = inventory;
        List<VirtualMachine> vms = workload.vms();
        for (int i = 0; i < CHANGED; i++) {
            VirtualMachine vm = vms.get(i * (vms.size() / CHANGED));
            Resources smaller = Resources.of(
                    vm.allocation().cpuMillis() - 1, vm.allocation().memoryMiB());
            resized = resized.with(vm.withAllocation(smaller));
        }
        snapshots.add(of(resized));
        snapshots.add(of(inventory));
    }

    private static PlatformSnapshot of(Inventory inventory) {
        return new PlatformSnapshot(
                List.copyOf(inventory.hosts()),
                List.copyOf(inventory.vms()),
                inventory.hosts().stream().map(Host::id).collect(Collectors.toSet()));
    }

    /** Ends the center. */
    @TearDown
    public void stop() {
        center.close();
    }

    /** What the caller's thread does. */
    @Benchmark
    public Sightings compared() {
        return Sightings.of(snapshots.get(0), 1, believed);
    }

    /** All of it, until the center has taken it and written it down; each differs from the one before in 100 VMs. */
    @Benchmark
    public Inventory observed() {
        ReadingToken token = done(center.beginReading());
        return done(center.observe(token, snapshots.get(next++ % 2)));
    }

    private static <T> T done(CompletionStage<T> asked) {
        return asked.toCompletableFuture().join();
    }
}
