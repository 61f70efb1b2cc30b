package io.vmha.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.plan.PlanId;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CallContextTest {
    @Test
    void whatIsLeftShrinksAndIsNeverLessThanNothing() {
        CallContext call = CallContext.within(Duration.ofHours(1));
        assertThat(call.remaining()).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
        assertThat(call.requireTimeLeft()).isPositive();
        assertThat(late().remaining()).isZero();
    }

    @Test
    void aCallThatComesTooLateIsRefusedAsOneThatWasNotBegun() {
        assertThatThrownBy(() -> late().requireTimeLeft())
                .isInstanceOfSatisfying(
                        AdapterException.Transient.class,
                        told -> assertThat(told.reason()).isEqualTo(AdapterException.Cause.TIMEOUT))
                .hasMessageContaining("not begun");
    }

    @Test
    void aPartOfACallIsNeverOverLaterThanTheCall() {
        CallContext call = CallContext.within(Duration.ofHours(1), Optional.of(new PlanId(7)), 2, 3);
        assertThat(call.atMost(Duration.ofMinutes(1)).remaining()).isLessThanOrEqualTo(Duration.ofMinutes(1));
        assertThat(call.atMost(Duration.ofDays(1)).remaining()).isLessThanOrEqualTo(Duration.ofHours(1));
        assertThat(call.atMost(Duration.ofMinutes(1)))
                .satisfies(part -> assertThat(part.plan()).contains(new PlanId(7)))
                .satisfies(part -> assertThat(part.step()).isEqualTo(2))
                .satisfies(part -> assertThat(part.epoch()).isEqualTo(3));
        assertThat(late().atMost(Duration.ofMinutes(1)).remaining()).isZero();
    }

    @Test
    void aLengthThatIsNotMoreThanNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CallContext.within(Duration.ZERO))
                .withMessageContaining("length must be more than 0");
        assertThatIllegalArgumentException().isThrownBy(() -> CallContext.within(Duration.ofMillis(-1)));
    }

    private static CallContext late() {
        return new CallContext(System.nanoTime() - 1, Optional.empty(), 0, 0);
    }
}
