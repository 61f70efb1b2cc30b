package io.vmha.testkit.contract;

import static io.vmha.testkit.contract.LateCalls.assertNotBegun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every traffic director must do, whoever wrote it: move the requests that it is told to and no others, be idempotent,
 * read back what is, refuse what it does not know, and return by the deadline.
 *
 * <p>To test a director of your own, extend this class, and return a {@link
 * TrafficTestbed} from {@link #newTestbed()}; it is made anew for each test.
 */
public abstract class TrafficDirectorContractTest {
    private static final VmId NOBODY = VmId.of("no-such-vm");

    private TrafficTestbed testbed;
    private TrafficDirector director;
    private VmId vm;
    private VmId other;
    private VmId standby;

    /** For the test of an implementation. */
    protected TrafficDirectorContractTest() {}

    /** Returns a testbed in the state that {@link TrafficTestbed} describes. */
    protected abstract TrafficTestbed newTestbed();

    @BeforeEach
    void begin() {
        testbed = newTestbed();
        director = testbed.director();
        vm = testbed.vm();
        other = testbed.other();
        standby = testbed.standby();
    }

    @AfterEach
    void end() {
        testbed.close();
    }

    @Test
    void everyMachineServesItsOwnRequestsAtFirst() {
        assertServes(vm, vm);
        assertServes(other, other);
        assertThat(director.serverOf(standby, call())).isEqualTo(standby);
    }

    @Test
    void requestsGoToTheMachineThatTheyAreMovedTo() {
        director.route(vm, other, call());

        assertServes(other, vm);
    }

    @Test
    void requestsOfOtherMachinesStayWhereTheyAre() {
        director.route(vm, standby, call());

        assertServes(other, other);
    }

    @Test
    void aStandbyMachineServesWhatIsMovedToIt() {
        director.route(vm, standby, call());

        assertServes(standby, vm);
    }

    @Test
    void movingTwiceIsMovingOnce() {
        director.route(vm, other, call());
        director.route(vm, other, call());

        assertServes(other, vm);
    }

    @Test
    void requestsThatWereMovedCanBeMovedOn() {
        director.route(vm, other, call());
        director.route(vm, standby, call());

        assertServes(standby, vm);
    }

    @Test
    void aMachineThatIsItsOwnServerHasItsRequestsBack() {
        director.route(vm, standby, call());
        director.route(vm, vm, call());

        assertServes(vm, vm);
    }

    @Test
    void oneMachineServesForMany() {
        director.route(vm, standby, call());
        director.route(other, standby, call());

        assertServes(standby, vm);
        assertServes(standby, other);
    }

    @Test
    void anotherDirectorReadsBackWhatThisOneDid() {
        director.route(vm, other, call());

        assertThat(testbed.newDirector().serverOf(vm, call())).isEqualTo(other);
    }

    @Test
    void aCallThatComesTooLateIsNotBegun() {
        assertNotBegun(late -> director.route(vm, other, late));
        assertNotBegun(late -> director.serverOf(vm, late));

        assertServes(vm, vm);
    }

    @Test
    void anInterruptedCallEndsInAnAnswerAndTheThreadStaysInterrupted() {
        Interrupts.assertKept(() -> director.serverOf(vm, call()));
        Interrupts.assertKept(() -> director.route(vm, other, call()));
        assertThat(director.serverOf(vm, call())).isIn(vm, other);

        director.route(vm, other, call());
        assertServes(other, vm);
    }

    @Test
    void aMachineThatItDoesNotKnowIsRefusedForGood() {
        assertRefused(() -> director.route(NOBODY, vm, call()));
        assertRefused(() -> director.route(vm, NOBODY, call()));
        assertRefused(() -> director.serverOf(NOBODY, call()));
        assertServes(vm, vm);
    }

    private static void assertRefused(ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        AdapterException.Permanent.class,
                        refused -> assertThat(refused.reason()).isEqualTo(AdapterException.Cause.UNKNOWN_SUBJECT))
                .hasMessageContaining(NOBODY.toString());
    }

    @Test
    void whatManyThreadsMoveAtOnceIsAllMoved() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> moves = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                VmId owner = i % 2 == 0 ? vm : other;
                moves.add(threads.submit(() -> director.route(owner, standby, call())));
            }
            for (Future<?> move : moves) {
                move.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertServes(standby, vm);
        assertServes(standby, other);
    }

    @Test
    void aLoadBalancerThatHangsIsGivenUpAtTheDeadlineAndUsedAgainAfterwards() throws Exception {
        Optional<AutoCloseable> hanging = testbed.hang();
        if (hanging.isPresent()) {
            try (AutoCloseable hang = hanging.get()) {
                assertThat(hang).isNotNull();
                assertGivenUp(() -> director.serverOf(vm, CallContext.within(Duration.ofMillis(300))));
                assertGivenUp(() -> director.route(vm, other, CallContext.within(Duration.ofMillis(300))));
            }
        }
        director.route(vm, other, call());
        assertServes(other, vm);
    }

    private static void assertGivenUp(ThrowingCallable action) {
        long start = System.nanoTime();
        Throwable thrown = catchThrowable(action);

        assertThat(thrown).isInstanceOfAny(AdapterException.Transient.class, AdapterException.OutcomeUnknown.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    private void assertServes(VmId server, VmId owner) {
        assertThat(director.serverOf(owner, call())).isEqualTo(server);
        assertThat(testbed.answererOf(owner)).isEqualTo(server);
    }

    private CallContext call() {
        return CallContext.within(testbed.patience());
    }
}
