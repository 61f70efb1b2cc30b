package io.vmha.monitor;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import io.vmha.fault.FaultKind;
import io.vmha.model.HaStyle;
import java.time.Duration;
import org.immutables.value.Value;

/** A probe, how often it looks, and what its failures mean. Immutable. */
@Value.Immutable
@HaStyle
public interface Watch {

    /** What it is called in events and logs, not blank; unique in a monitor. */
    String name();

    /** What looks. */
    Probe probe();

    /** From the start of one look to that of the next, more than 0. Default 1 second. */
    @Value.Default
    default Duration interval() {
        return Duration.ofSeconds(1);
    }

    /**
     * How long a look may take, more than 0. Default 1 second. One that takes longer counts as a failure, and as another at
     * every interval until it has returned, unless the probe can tell that what it looks at is merely slow.
     */
    @Value.Default
    default Duration deadline() {
        return Duration.ofSeconds(1);
    }

    /** How many failures on end make a fault, 1 or more. Default 3. */
    @Value.Default
    default int threshold() {
        return 3;
    }

    /** What it means that the probe takes too long; of scope VM. Default {@link FaultKind#IO_ERROR}. */
    @Value.Default
    default FaultKind kindOfSilence() {
        return FaultKind.IO_ERROR;
    }

    /** What a fault leads to. Default: the machine is isolated. */
    @Value.Default
    default Reaction reaction() {
        return Reaction.ISOLATE;
    }

    /** Kinds of faults that isolate nothing, whatever {@link #reaction} says. Default: none. */
    ImmutableSet<FaultKind> toldOnly();

    /** What a fault of that kind leads to. */
    default Reaction reactionTo(FaultKind kind) {
        return toldOnly().contains(kind) ? Reaction.REPORT_ONLY : reaction();
    }

    /** Refuses a blank name, times that are not more than 0, a threshold below 1 and a host's kind. */
    @Value.Check
    default void check() {
        checkArgument(!name().isBlank(), "name must not be blank");
        checkArgument(isPositive(interval()), "interval of %s must be more than 0: %s", name(), interval());
        checkArgument(isPositive(deadline()), "deadline of %s must be more than 0: %s", name(), deadline());
        checkArgument(threshold() >= 1, "threshold of %s must be 1 or more: %s", name(), threshold());
        checkArgument(
                kindOfSilence().scope() == FaultKind.Scope.VM,
                "kindOfSilence of %s must be a fault of a machine: %s",
                name(),
                kindOfSilence());
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    /** Returns a watch with defaults. */
    static Watch of(String name, Probe probe) {
        return builder().name(name).probe(probe).build();
    }

    /** Returns a builder; it is not thread-safe, and its {@code build} refuses what {@link #check} names. */
    static ImmutableWatch.Builder builder() {
        return ImmutableWatch.builder();
    }
}
