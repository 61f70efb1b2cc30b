package io.vmha.monitor;

import static io.vmha.monitor.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.monitor.report.GuestFault;
import java.time.Duration;
import java.util.Set;
import javax.annotation.processing.Generated;
import org.immutables.value.Value;

/** A probe, how often it looks, and what its failures mean. Immutable. */
@Value.Immutable
// Generated for a JDK alone, and without an annotation whose class a user does not have.
@Value.Style(
        get = "*",
        jdkOnly = true,
        visibilityString = "PACKAGE",
        overshadowImplementation = true,
        allowedClasspathAnnotations = {CanIgnoreReturnValue.class, Generated.class})
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

    /** What it means that the probe takes too long. Default {@link GuestFault#IO_ERROR}. */
    @Value.Default
    default GuestFault kindOfSilence() {
        return GuestFault.IO_ERROR;
    }

    /** What a fault leads to. Default: the machine is isolated. */
    @Value.Default
    default Reaction reaction() {
        return Reaction.ISOLATE;
    }

    /** Kinds of faults that isolate nothing, whatever {@link #reaction} says. Default: none. */
    Set<GuestFault> toldOnly();

    /** What a fault of that kind leads to. */
    default Reaction reactionTo(GuestFault kind) {
        return toldOnly().contains(kind) ? Reaction.REPORT_ONLY : reaction();
    }

    /** Refuses a blank name, times that are not more than 0 and a threshold below 1. */
    @Value.Check
    default void check() {
        checkArgument(!name().isBlank(), "name must not be blank");
        checkArgument(isPositive(interval()), "interval of %s must be more than 0: %s", name(), interval());
        checkArgument(isPositive(deadline()), "deadline of %s must be more than 0: %s", name(), deadline());
        checkArgument(threshold() >= 1, "threshold of %s must be 1 or more: %s", name(), threshold());
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    /** Returns a watch with defaults. */
    static Watch of(String name, Probe probe) {
        return builder().name(name).probe(probe).build();
    }

    /** Returns a builder that has all of this one's values, to change some. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe, and its {@code build} refuses what {@link #check} names. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Builds a watch: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableWatch.Builder {
        Builder() {}
    }
}
