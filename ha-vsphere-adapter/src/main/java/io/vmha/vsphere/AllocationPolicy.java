package io.vmha.vsphere;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.vsphere.internal.vim.ConfigChange;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What goes with an allocation besides its size. Immutable.
 *
 * @param memoryReservation the fraction of its memory, 0 to 1, that the host must hold for the machine; absent leaves its
 *     reservation as it is
 * @param shares how it competes with others for CPU and memory; absent leaves its shares as they are
 */
public record AllocationPolicy(OptionalDouble memoryReservation, Optional<Shares> shares) {

    /** A machine's standing among others. */
    public enum Shares {
        /** Half of normal. */
        LOW,
        /** What a new machine has. */
        NORMAL,
        /** Twice normal. */
        HIGH
    }

    /**
     * Checks the fraction.
     *
     * @throws IllegalArgumentException if it is not from 0 to 1
     */
    public AllocationPolicy {
        memoryReservation.ifPresent(
                part -> checkArgument(part >= 0 && part <= 1, "memoryReservation must be 0 to 1: %s", part));
    }

    /** Returns the policy that changes the size alone. */
    public static AllocationPolicy sizeOnly() {
        return new AllocationPolicy(OptionalDouble.empty(), Optional.empty());
    }

    ConfigChange change(int cpus, long memoryMiB) {
        return new ConfigChange(
                cpus,
                memoryMiB,
                memoryReservation.isPresent()
                        ? OptionalLong.of(Math.round(memoryReservation.getAsDouble() * memoryMiB))
                        : OptionalLong.empty(),
                shares.map(level -> level.name().toLowerCase(Locale.ROOT)));
    }
}
