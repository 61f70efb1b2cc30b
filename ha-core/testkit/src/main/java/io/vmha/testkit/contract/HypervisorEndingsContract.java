package io.vmha.testkit.contract;

import static io.vmha.testkit.contract.Interrupts.assertEnds;
import static io.vmha.testkit.contract.Interrupts.assertKept;
import static io.vmha.testkit.contract.LateCalls.assertNotBegun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.Capability;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import java.time.Duration;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** That an adapter ends what it has to end: once it is closed, and where the thread of a call is interrupted. */
abstract class HypervisorEndingsContract extends HypervisorOthersContract {

    @Test
    void aClosedAdapterDoesNothing() {
        adapter.discover(call());
        adapter.close();
        assertClosed(() -> adapter.read(testbed.vm(), call()));
        assertClosedIfItCan(Capability.REALLOCATE, () -> adapter.reallocate(testbed.vm(), testbed.grown(), call()));
        assertClosedIfItCan(
                Capability.LIVE_MIGRATION, () -> adapter.migrate(testbed.vm(), testbed.otherHost(), call()));
        assertClosedIfItCan(
                Capability.CLONE,
                () -> adapter.cloneFromTemplate(testbed.template(), testbed.vm(), testbed.host(), call()));
        assertClosedIfItCan(Capability.DELETE_LEFTOVERS, () -> adapter.leftovers(testbed.vm(), testbed.host(), call()));
        assertClosedIfItCan(
                Capability.DELETE_LEFTOVERS, () -> adapter.deleteLeftovers(testbed.vm(), testbed.host(), call()));
        assertClosedIfItCan(Capability.POWER_OFF, () -> adapter.powerOff(testbed.vm(), Duration.ZERO, call()));

        assertThat(testbed.actualPower().orElse(PowerState.ON)).isEqualTo(PowerState.ON);
    }

    private void assertClosedIfItCan(Capability capability, ThrowingCallable call) {
        if (can(capability)) {
            assertClosed(call);
        }
    }

    @Test
    void whatCameTooLateIsNotDoneWhenItIsClosed() {
        assumeThat(testbed.actualPower())
                .as("the testbed reads past the adapter")
                .isPresent();
        if (!can(Capability.POWER_OFF)) {
            return;
        }
        assertNotBegun(late -> adapter.powerOff(testbed.vm(), Duration.ZERO, late));
        adapter.close();

        assertThat(testbed.actualPower()).contains(PowerState.ON);
    }

    @Test
    void anInterruptedReallocationEndsInAnAnswerAndTheThreadStaysInterrupted() {
        if (!can(Capability.REALLOCATE)) {
            return;
        }
        Optional<AdapterException> told = assertKept(() -> adapter.reallocate(testbed.vm(), testbed.grown(), call()));
        if (isKnown(told)) {
            assertThat(machine().allocation().equals(testbed.grown()))
                    .as("reallocated, %s", told)
                    .isEqualTo(told.isEmpty());
        }
    }

    @Test
    void anInterruptedMigrationEndsInAnAnswerAndTheThreadStaysInterrupted() {
        if (!can(Capability.LIVE_MIGRATION)) {
            return;
        }
        Optional<AdapterException> told = assertKept(() -> adapter.migrate(testbed.vm(), testbed.otherHost(), call()));
        if (isKnown(told)) {
            HostId expected = told.isEmpty() ? testbed.otherHost() : testbed.host();
            assertThat(machine().host()).as("migrated, %s", told).isEqualTo(expected);
        }
    }

    @Test
    void anInterruptedStartEndsInAnAnswerAndTheThreadStaysInterrupted() {
        if (!can(Capability.POWER_OFF) || !can(Capability.POWER_ON)) {
            return;
        }
        adapter.powerOff(testbed.vm(), Duration.ZERO, call());
        Optional<AdapterException> told = assertKept(() -> adapter.powerOn(testbed.vm(), testbed.host(), call()));
        if (isKnown(told)) {
            assertThat(actualPower())
                    .as("started, %s", told)
                    .isEqualTo(told.isEmpty() ? PowerState.ON : PowerState.OFF);
        }
    }

    @Test
    void anInterruptedCloneEndsInAnAnswerAndTheThreadStaysInterrupted() {
        if (!can(Capability.POWER_OFF) || !can(Capability.CLONE)) {
            return;
        }
        adapter.powerOff(testbed.vm(), Duration.ZERO, call());
        Optional<AdapterException> told =
                assertKept(() -> adapter.cloneFromTemplate(testbed.template(), testbed.vm(), testbed.host(), call()));
        if (isKnown(told)) {
            assertThat(actualPower()).as("cloned, %s", told).isEqualTo(PowerState.OFF);
        }
    }

    /** Whether an answer says what was done: it returned, or nothing was. */
    private static boolean isKnown(Optional<AdapterException> told) {
        return told.filter(AdapterException.OutcomeUnknown.class::isInstance).isEmpty();
    }

    @Test
    void anInterruptEndsTheWaitForAHostThatHangs() throws Exception {
        adapter.discover(call());
        Optional<AutoCloseable> hanging = testbed.hang();
        assumeThat(hanging).as("the testbed has a host that hangs").isPresent();
        Duration half = testbed.patience().dividedBy(2);
        try (AutoCloseable hang = hanging.orElseThrow()) {
            assertThat(hang).isNotNull();
            assertEnds(() -> adapter.powerState(testbed.vm(), call()), half);
            if (can(Capability.REALLOCATE)) {
                assertEnds(() -> adapter.reallocate(testbed.vm(), testbed.grown(), call()), half);
            }
        }
    }
}
