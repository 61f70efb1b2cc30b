package io.vmha.benchmarks;

import io.vavr.collection.HashMap;
import io.vavr.collection.TreeSet;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.infra.Blackhole;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePSet;

/** What an inventory asks of its persistent maps and sets, of Vavr's, which it is made of, and of PCollections', which are smaller. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
public class PersistentCollectionsBenchmark {
    /** How many entries. */
    @Param({"1000", "100000"})
    public int entries;

    private final SplittableRandom random = new SplittableRandom(1);
    private List<VmId> ids = List.of();
    private List<VmId> again = List.of();
    private HashMap<VmId, Integer> map = HashMap.empty();
    private HashPMap<VmId, Integer> smallMap = HashTreePMap.empty();
    private TreeSet<Long> set = TreeSet.empty();
    private TreePSet<Long> smallSet = TreePSet.empty();

    /** Fills them alike. */
    @Setup
    public void fill() {
        List<VmId> first = new ArrayList<>();
        List<VmId> second = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            first.add(VmId.of("vm" + i));
            // Who asks has another object of the same name.
            second.add(VmId.of("vm" + i));
            map = map.put(first.get(i), i);
            smallMap = smallMap.plus(first.get(i), i);
            set = set.add(7L * i);
            smallSet = smallSet.plus(7L * i);
        }
        ids = first;
        again = second;
    }

    private int any() {
        return random.nextInt(entries);
    }

    /** Looks a key up. */
    @Benchmark
    public Object lookUpVavr() {
        return map.get(again.get(any())).get();
    }

    /** Looks a key up. */
    @Benchmark
    public @Nullable Object lookUpPCollections() {
        return smallMap.get(again.get(any()));
    }

    /** Replaces a value. */
    @Benchmark
    public Object replaceVavr() {
        return map.put(again.get(any()), -1);
    }

    /** Replaces a value. */
    @Benchmark
    public Object replacePCollections() {
        return smallMap.plus(again.get(any()), -1);
    }

    /** Builds the map. */
    @Benchmark
    public Object buildVavr() {
        HashMap<VmId, Integer> built = HashMap.empty();
        for (VmId id : ids) {
            built = built.put(id, 1);
        }
        return built;
    }

    /** Builds the map. */
    @Benchmark
    public Object buildPCollections() {
        HashPMap<VmId, Integer> built = HashTreePMap.empty();
        for (VmId id : ids) {
            built = built.plus(id, 1);
        }
        return built;
    }

    /** Goes through all values. */
    @Benchmark
    public void goThroughVavr(Blackhole hole) {
        map.valuesIterator().forEachRemaining(hole::consume);
    }

    /** Goes through all values. */
    @Benchmark
    public void goThroughPCollections(Blackhole hole) {
        smallMap.values().forEach(hole::consume);
    }

    /** Takes an element out of the sorted set, and puts another one in. */
    @Benchmark
    public Object exchangeVavr() {
        return set.remove(7L * any()).add(7L * any() + 1);
    }

    /** Takes an element out of the sorted set, and puts another one in. */
    @Benchmark
    public Object exchangePCollections() {
        return smallSet.minus(7L * any()).plus(7L * any() + 1);
    }
}
