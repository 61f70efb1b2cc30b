package io.vmha.testkit.contract;

import static io.vmha.testkit.contract.LateCalls.assertNotBegun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.FencingDevice;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every fencing device must do, whoever wrote it: confirm what it did, be idempotent, touch no other host, refuse what
 * it does not know, and return by the deadline.
 *
 * <p>To test a device of your own, extend this class, and return a {@link FencingTestbed}
 * from {@link #newTestbed()}; it is made anew for each test.
 */
public abstract class FencingDeviceContractTest {
    private static final Duration PROMPTLY = Duration.ofSeconds(2);
    private static final HostId NOWHERE = HostId.of("no-such-host");

    private FencingTestbed testbed;
    private FencingDevice device;

    /** For the test of an implementation. */
    protected FencingDeviceContractTest() {}

    /** Returns a testbed in the state that {@link FencingTestbed} describes. */
    protected abstract FencingTestbed newTestbed();

    @BeforeEach
    void begin() {
        testbed = newTestbed();
        device = testbed.device();
    }

    @AfterEach
    void end() {
        testbed.close();
    }

    @Test
    void itHasANameAndKnowsItsHosts() {
        assertThat(device.name()).isNotBlank();
        assertThat(device.canFence(testbed.host())).isTrue();
        assertThat(device.canFence(testbed.otherHost())).isTrue();
        assertThat(device.canFence(NOWHERE)).isFalse();
    }

    @Test
    void aHostThatRunsReadsOn() {
        assertThat(device.powerState(testbed.host(), call())).isEqualTo(PowerState.ON);
    }

    @Test
    void aCallThatComesTooLateIsNotBegun() {
        assertNotBegun(late -> device.fence(testbed.host(), late));
        assertNotBegun(late -> device.powerState(testbed.host(), late));

        assertThat(device.powerState(testbed.host(), call())).isEqualTo(PowerState.ON);
    }

    @Test
    void anInterruptedCallEndsInAnAnswerAndTheThreadStaysInterrupted() {
        Interrupts.assertKept(() -> device.powerState(testbed.host(), call()));
        Interrupts.assertKept(() -> device.fence(testbed.host(), call()));

        device.fence(testbed.host(), call());
        assertThat(device.powerState(testbed.host(), call())).isEqualTo(PowerState.OFF);
    }

    @Test
    void aHostThatIsFencedReadsOffAndNoOtherHostDoes() {
        device.fence(testbed.host(), call());

        assertThat(device.powerState(testbed.host(), call())).isEqualTo(PowerState.OFF);
        assertThat(device.powerState(testbed.otherHost(), call())).isEqualTo(PowerState.ON);
    }

    @Test
    void aHostThatIsOffIsFencedAgainWithoutHarm() {
        device.fence(testbed.host(), call());
        device.fence(testbed.host(), call());

        assertThat(device.powerState(testbed.host(), call())).isEqualTo(PowerState.OFF);
    }

    @Test
    void aHostThatItDoesNotKnowIsRefusedForGood() {
        assertRefused(() -> device.fence(NOWHERE, call()));
        assertRefused(() -> device.powerState(NOWHERE, call()));
    }

    private static void assertRefused(ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        AdapterException.Permanent.class,
                        refused -> assertThat(refused.reason()).isEqualTo(AdapterException.Cause.UNKNOWN_SUBJECT))
                .hasMessageContaining(NOWHERE.toString());
    }

    @Test
    void aHostThatManyThreadsFenceAtOnceIsOffForAllOfThem() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<PowerState>> states = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                states.add(threads.submit(() -> {
                    device.fence(testbed.host(), call());
                    return device.powerState(testbed.host(), call());
                }));
            }
            for (Future<PowerState> state : states) {
                assertThat(state.get(testbed.patience().toSeconds() * 8, TimeUnit.SECONDS))
                        .isEqualTo(PowerState.OFF);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aDeviceThatHangsIsGivenUpAtTheDeadlineAndUsedAgainAfterwards() throws Exception {
        Optional<AutoCloseable> hanging = testbed.hang();
        if (hanging.isPresent()) {
            try (AutoCloseable hang = hanging.get()) {
                assertThat(hang).isNotNull();
                assertGivenUpInTime(call -> device.powerState(testbed.host(), call));
                assertGivenUpInTime(call -> device.fence(testbed.host(), call));
            }
        }
        device.fence(testbed.host(), call());
        assertThat(device.powerState(testbed.host(), call())).isEqualTo(PowerState.OFF);
    }

    /** A call with a deadline. */
    private interface Call {
        void with(CallContext call);
    }

    private static void assertGivenUpInTime(Call call) {
        Duration deadline = Duration.ofSeconds(1);
        long start = System.nanoTime();
        Throwable thrown = catchThrowable(() -> call.with(CallContext.within(deadline)));
        Duration took = Duration.ofNanos(System.nanoTime() - start);

        assertThat(thrown)
                .isInstanceOfAny(AdapterException.Transient.class, AdapterException.OutcomeUnknown.class)
                .extracting(failed -> ((AdapterException) failed).reason())
                .isIn(AdapterException.Cause.TIMEOUT, AdapterException.Cause.UNREACHABLE);
        assertThat(took).isLessThan(deadline.plus(PROMPTLY));
    }

    private CallContext call() {
        return CallContext.within(testbed.patience());
    }
}
