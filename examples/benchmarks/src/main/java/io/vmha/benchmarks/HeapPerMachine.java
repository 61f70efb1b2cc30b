package io.vmha.benchmarks;

import io.vmha.model.Inventory;
import java.util.Optional;

/** Prints how much live heap an inventory takes for each of its machines: ids, values, maps and indexes, all that it needs. */
public final class HeapPerMachine {
    private static Optional<Inventory> kept = Optional.empty();

    private HeapPerMachine() {}

    /** Measures the sizes that are given, such as {@code 10000-100000}. */
    public static void main(String[] sizes) {
        for (String size : sizes) {
            kept = Optional.empty();
            long before = usedHeap();
            kept = Optional.of(Workload.read(size).inventory());
            long after = usedHeap();
            int machines = kept.map(inventory -> inventory.vms().size()).orElse(0);
            System.out.printf("%s: %d bytes of live heap for each VM%n", size, (after - before) / machines);
        }
    }

    private static long usedHeap() {
        // Several collections, since what one finds to be finalized only the next one frees.
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
