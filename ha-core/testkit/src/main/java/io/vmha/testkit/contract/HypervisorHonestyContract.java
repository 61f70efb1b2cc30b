package io.vmha.testkit.contract;

import static io.vmha.testkit.contract.LateCalls.assertNotBegun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.MachineReading;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** That an adapter tells what is: no state from memory, nothing done that is not, and no "nothing was done" that it cannot know. */
abstract class HypervisorHonestyContract extends HypervisorWordsContract {
    private static final Duration BRIEFLY = Duration.ofMillis(500);
    /** More than a pool of threads for all hosts usually has. */
    private static final int CALLERS = 64;

    @Test
    void nobodyChangesItsCapabilitiesFromOutside() {
        Set<Capability> before = Set.copyOf(adapter.capabilities());
        Throwable refused = catchThrowable(() -> adapter.capabilities().clear());
        if (refused != null) {
            assertThat(refused).isInstanceOf(UnsupportedOperationException.class);
        }
        adapter.discover(call());

        assertThat(adapter.capabilities()).isEqualTo(before);
    }

    @Test
    void aCallThatComesTooLateIsNotBegun() {
        assertNotBegun(late -> adapter.discover(late));
        assertNotBegun(late -> adapter.powerState(testbed.vm(), late));
        assertNotBegun(late -> adapter.read(testbed.vm(), late));
        if (can(Capability.POWER_OFF)) {
            assertNotBegun(late -> adapter.powerOff(testbed.vm(), Duration.ZERO, late));
        }
        if (can(Capability.REALLOCATE)) {
            assertNotBegun(late -> adapter.reallocate(testbed.vm(), testbed.grown(), late));
        }
        if (can(Capability.LIVE_MIGRATION)) {
            assertNotBegun(late -> adapter.migrate(testbed.vm(), testbed.otherHost(), late));
        }
        if (can(Capability.DELETE_LEFTOVERS)) {
            assertNotBegun(late -> adapter.leftovers(testbed.vm(), testbed.host(), late));
            assertNotBegun(late -> adapter.deleteLeftovers(testbed.vm(), testbed.host(), late));
        }
        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.ON);
        assertThat(adapter.read(testbed.vm(), call()).host()).isEqualTo(testbed.host());
        assertThat(machine().allocation()).isNotEqualTo(testbed.grown());
    }

    @Test
    void aStartAndACloneThatComeTooLateAreNotBegun() {
        if (!can(Capability.POWER_OFF) || !can(Capability.POWER_ON)) {
            return;
        }
        adapter.powerOff(testbed.vm(), Duration.ZERO, call());
        assertNotBegun(late -> adapter.powerOn(testbed.vm(), testbed.host(), late));
        if (can(Capability.CLONE)) {
            assertNotBegun(late -> adapter.cloneFromTemplate(testbed.template(), testbed.vm(), testbed.host(), late));
        }

        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.OFF);
        assertThat(adapter.read(testbed.vm(), call()).madeBy()).isEmpty();
    }

    @Test
    void aMachineThatSomebodyElsePoweredOffReadsOffAtOnce() {
        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.ON);
        assertThat(adapter.read(testbed.vm(), call()).power()).isEqualTo(PowerState.ON);
        assertThat(machine().power()).isEqualTo(PowerState.ON);
        assumeThat(testbed.powerOffPastTheAdapter())
                .as("the testbed powers a machine off past the adapter")
                .isTrue();

        assertThat(adapter.powerState(testbed.vm(), call())).isEqualTo(PowerState.OFF);
        assertThat(adapter.read(testbed.vm(), call()).power()).isEqualTo(PowerState.OFF);
        assertThat(machine().power()).isEqualTo(PowerState.OFF);
    }

    @Test
    void aMachineIsReallyOffWhenPowerOffReturns() {
        if (!can(Capability.POWER_OFF)) {
            return;
        }
        adapter.powerOff(testbed.vm(), Duration.ZERO, call());

        assertThat(actualPower()).isEqualTo(PowerState.OFF);
    }

    @Test
    void aMachineIsReallyOffWhenPowerOffReturnsThoughItsGuestWasAsked() {
        if (!can(Capability.POWER_OFF)) {
            return;
        }
        adapter.powerOff(testbed.vm(), Duration.ofMillis(300), call());

        assertThat(actualPower()).isEqualTo(PowerState.OFF);
    }

    @Test
    void whatMayHaveBeenDoneWhenTheAnswerIsLostIsAnUnknownOutcome() throws Exception {
        assertUnknownOutcomes(testbed.loseAnswers(), "the testbed loses answers");
    }

    @Test
    void whatMayHaveBeenDoneWhenThePlatformFailsIsAnUnknownOutcome() throws Exception {
        assertUnknownOutcomes(testbed.breakAnswers(), "the testbed answers with an error of the platform");
    }

    /** Transient and permanent both say that nothing was done. */
    private void assertUnknownOutcomes(Optional<AutoCloseable> trouble, String needed) throws Exception {
        assumeThat(trouble).as(needed).isPresent();
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        if (can(Capability.REALLOCATE)) {
            calls.put(
                    "reallocate", () -> adapter.reallocate(testbed.vm(), testbed.grown(), CallContext.within(BRIEFLY)));
        }
        if (can(Capability.LIVE_MIGRATION)) {
            calls.put("migrate", () -> adapter.migrate(testbed.vm(), testbed.otherHost(), CallContext.within(BRIEFLY)));
        }
        if (can(Capability.POWER_OFF)) {
            calls.put("powerOff", () -> adapter.powerOff(testbed.vm(), Duration.ZERO, CallContext.within(BRIEFLY)));
        }
        if (can(Capability.POWER_ON) && can(Capability.POWER_OFF)) {
            calls.put("powerOn", () -> adapter.powerOn(testbed.vm(), testbed.otherHost(), CallContext.within(BRIEFLY)));
        }
        Map<String, Throwable> told = new LinkedHashMap<>();
        try (AutoCloseable handle = trouble.orElseThrow()) {
            assertThat(handle).isNotNull();
            calls.forEach((name, call) -> {
                Throwable thrown = catchThrowable(call);
                if (thrown != null) {
                    told.put(name, thrown);
                }
            });
        }
        // A call that returned has made sure by itself.
        assertThat(told)
                .as("what was told of calls that may have been done")
                .allSatisfy((name, thrown) ->
                        assertThat(thrown).as(name).isInstanceOf(AdapterException.OutcomeUnknown.class));
    }

    @Test
    void anInterruptedCallEndsInAnAnswerAndTheThreadStaysInterrupted() {
        List<ThrowingCallable> calls = new ArrayList<>();
        calls.add(() -> adapter.powerState(testbed.vm(), call()));
        calls.add(() -> adapter.read(testbed.vm(), call()));
        calls.add(() -> adapter.discover(call()));
        if (can(Capability.POWER_OFF)) {
            calls.add(() -> adapter.powerOff(testbed.vm(), Duration.ZERO, call()));
        }
        calls.forEach(Interrupts::assertKept);
        if (can(Capability.POWER_OFF)) {
            adapter.powerOff(testbed.vm(), Duration.ZERO, call());
            assertThat(actualPower()).isEqualTo(PowerState.OFF);
        }
    }

    @Test
    void manyCallsToAHostThatHangsHoldUpNoOtherHost() throws Exception {
        Optional<VmId> neighbour = adapter.discover(call()).toInventory().vmsOn(testbed.otherHost()).stream()
                .map(VirtualMachine::id)
                .findFirst();
        assumeThat(neighbour).as("the testbed has a machine on the other host").isPresent();
        Optional<AutoCloseable> hanging = testbed.hang();
        assumeThat(hanging).as("the testbed has a host that hangs").isPresent();
        ExecutorService callers = Executors.newCachedThreadPool();
        CountDownLatch asking = new CountDownLatch(CALLERS);
        try (AutoCloseable hang = hanging.orElseThrow()) {
            assertThat(hang).isNotNull();
            for (int i = 0; i < CALLERS; i++) {
                Future<?> unused = callers.submit(() -> {
                    asking.countDown();
                    return catchThrowable(() -> adapter.powerState(testbed.vm(), call()));
                });
            }
            asking.await();
            Callable<PowerState> ofTheOtherHost = () -> adapter.powerState(neighbour.orElseThrow(), call());
            assertThat(callers.submit(ofTheOtherHost).get(testbed.patience().toMillis() / 2, TimeUnit.MILLISECONDS))
                    .isNotNull();
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void aCloneTellsWhichStepOfWhichPlanMadeIt() {
        assertThat(adapter.read(testbed.vm(), call()).madeBy())
                .as("nobody cloned it yet")
                .isEmpty();
        if (!can(Capability.CLONE) || !can(Capability.POWER_OFF)) {
            return;
        }
        adapter.powerOff(testbed.vm(), Duration.ZERO, call());
        for (int step : List.of(3, 5)) {
            PlanId plan = new PlanId(987_650L + step);
            CallContext made = CallContext.within(testbed.patience(), Optional.of(plan), step, 1);
            adapter.cloneFromTemplate(testbed.template(), testbed.vm(), testbed.host(), made);
            MachineReading reading = adapter.read(testbed.vm(), call());
            if (reading.tellsOrigin()) {
                assertThat(reading.madeBy()).contains(new MachineReading.Origin(plan, step));
            } else {
                assertThat(reading.madeBy()).isEmpty();
            }
        }
    }
}
