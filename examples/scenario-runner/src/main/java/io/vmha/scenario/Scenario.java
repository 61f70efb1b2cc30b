package io.vmha.scenario;

import io.vmha.center.CenterConfig;
import io.vmha.model.HaStyle;
import io.vmha.model.Inventory;
import io.vmha.policy.FailoverConfig;
import java.util.List;
import org.immutables.value.Value;

/** A scenario as its file says it, checked. Immutable. */
@Value.Immutable
@HaStyle
interface Scenario {

    /** What it is called. */
    String name();

    /** The policy's choices. */
    FailoverConfig failover();

    /** The choices about how plans are carried out. */
    CenterConfig center();

    /** What decides what is left open: the jitter of backoffs. */
    long seed();

    /** What there is at the start. */
    Inventory inventory();

    /** What happens, in that order; times do not decrease. */
    List<ScenarioEvent> events();

    /** What the output must or must not have. */
    List<Expectation> expectations();
}
