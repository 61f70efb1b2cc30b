package io.vmha.center;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.HaStyle;
import java.time.Duration;
import org.immutables.value.Value;

/** What an operator may choose about how plans are carried out. Immutable. */
@Value.Immutable
@HaStyle
public interface CenterConfig {

    /** How long one call to an adapter may take, more than 0. Default 2 minutes. */
    @Value.Default
    default Duration actionDeadline() {
        return Duration.ofMinutes(2);
    }

    /**
     * How long a guest is given to shut down before it is powered off hard, 0 or more. Default 0: a machine that failed is
     * not asked.
     */
    @Value.Default
    default Duration powerOffGrace() {
        return Duration.ZERO;
    }

    /** Refuses a deadline that is not more than 0 and a grace that is negative. */
    @Value.Check
    default void check() {
        checkArgument(
                !actionDeadline().isNegative() && !actionDeadline().isZero(),
                "actionDeadline must be more than 0: %s",
                actionDeadline());
        checkArgument(!powerOffGrace().isNegative(), "powerOffGrace must be 0 or more: %s", powerOffGrace());
    }

    /** The defaults. */
    static CenterConfig defaults() {
        return builder().build();
    }

    /** Returns a builder; it is not thread-safe. */
    static ImmutableCenterConfig.Builder builder() {
        return ImmutableCenterConfig.builder();
    }
}
