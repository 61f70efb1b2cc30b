package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Calls that had to be over a while ago, as of a process that was paused before it came to them. */
final class LateCalls {
    private static final Duration AGO = Duration.ofSeconds(2);

    private LateCalls() {}

    /** Makes such a call, and checks that it is told as one that was not begun. */
    static void assertNotBegun(Consumer<CallContext> call) {
        CallContext late = new CallContext(System.nanoTime() - AGO.toNanos(), Optional.empty(), 0, 0);
        assertThat(catchThrowable(() -> call.accept(late)))
                .as("a call whose time is over; CallContext.requireTimeLeft refuses it")
                .isInstanceOfSatisfying(
                        AdapterException.Transient.class,
                        told -> assertThat(told.reason()).isEqualTo(AdapterException.Cause.TIMEOUT));
    }
}
