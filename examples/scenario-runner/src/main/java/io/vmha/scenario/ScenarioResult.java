package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import io.vmha.center.event.ActionRecord;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import java.util.List;
import java.util.Map;

/**
 * What came of a scenario.
 *
 * @param name what it is called
 * @param decisions what was decided, in that order
 * @param actions what was done, in that order
 * @param state what there is at the end
 * @param failures what was expected and is not so; empty if all holds
 */
record ScenarioResult(
        String name, List<DecisionRow> decisions, List<ActionRecord> actions, FinalState state, List<String> failures) {

    ScenarioResult {
        decisions = ImmutableList.copyOf(decisions);
        actions = ImmutableList.copyOf(actions);
        failures = ImmutableList.copyOf(failures);
    }

    /** What came of a scenario, compared with what it expects. */
    static ScenarioResult of(Scenario scenario, DecisionLog log, FinalState state) {
        List<DecisionRow> decisions = log.decisions();
        return new ScenarioResult(
                scenario.name(),
                decisions,
                log.actions(),
                state,
                ImmutableList.<String>builder()
                        .addAll(Expectation.failures(
                                scenario.expectations(),
                                decisions.stream().map(DecisionRow::columns).toList()))
                        .addAll(Expectation.failuresInAnyOrder(
                                scenario.finalExpectations(),
                                FinalRows.of(state).all()))
                        .build());
    }

    /** Hosts and VMs at the end. */
    Inventory end() {
        return state.inventory();
    }

    /** Where the requests of VMs go that do not serve their own at the end. */
    Map<VmId, VmId> servedBy() {
        return state.servedBy();
    }
}
