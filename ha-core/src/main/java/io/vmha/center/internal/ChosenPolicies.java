package io.vmha.center.internal;

import io.vmha.plan.Planner;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.HaPolicies;

/** The policies that operators chose last, with the planner that follows them. Confined to the center's loop. */
final class ChosenPolicies {
    private HaPolicies current;
    private Planner planner;

    ChosenPolicies(HaPolicies first) {
        current = first;
        planner = new Planner(first.config());
    }

    /** Operators chose otherwise. */
    void choose(HaPolicies chosen) {
        current = chosen;
        planner = new Planner(chosen.config());
    }

    HaPolicies current() {
        return current;
    }

    FailoverConfig config() {
        return current.config();
    }

    Planner planner() {
        return planner;
    }
}
