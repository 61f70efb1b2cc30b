package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.vmha.center.ActionRecord;
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
 * @param end what there is at the end
 * @param servedBy where the requests of machines go that do not serve their own at the end
 * @param failures what was expected and is not so; empty if all holds
 */
record ScenarioResult(
        String name,
        List<DecisionRow> decisions,
        List<ActionRecord> actions,
        Inventory end,
        Map<VmId, VmId> servedBy,
        List<String> failures) {

    ScenarioResult {
        decisions = ImmutableList.copyOf(decisions);
        actions = ImmutableList.copyOf(actions);
        servedBy = ImmutableMap.copyOf(servedBy);
        failures = ImmutableList.copyOf(failures);
    }
}
