package io.vmha.testkit;

import io.vmha.center.event.DecisionOutcome;
import io.vmha.model.Inventory;
import io.vmha.plan.Plan;
import io.vmha.policy.Decision;

/**
 * Assertions that read as a sentence, of AssertJ's kind:
 *
 * <pre>{@code
 * assertThat(decision).redirects("mw1").to("mw3").because(SAME_TYPE_PRIMARY);
 * assertThat(plan).does(POWER_OFF, "db1").before(REDIRECT, "db1");
 * assertThat(outcome).isCarriedOut();
 * assertThat(inventory).vm("mw1").isServedBy("mw3");
 * }</pre>
 *
 * <p>Import this class's {@code assertThat} beside AssertJ's own: each takes other types.
 */
public final class HaAssertions {
    private HaAssertions() {}

    /** Begins a sentence about what was decided. */
    public static DecisionAssert assertThat(Decision actual) {
        return new DecisionAssert(actual);
    }

    /** Begins a sentence about what is to be done. */
    public static PlanAssert assertThat(Plan actual) {
        return new PlanAssert(actual);
    }

    /** Begins a sentence about what became of a decision. */
    public static OutcomeAssert assertThat(DecisionOutcome actual) {
        return new OutcomeAssert(actual);
    }

    /** Begins a sentence about hosts and VMs. */
    public static InventoryAssert assertThat(Inventory actual) {
        return new InventoryAssert(actual);
    }
}
