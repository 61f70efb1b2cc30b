package io.vmha.scenario;

import io.vmha.center.config.CenterConfig;
import io.vmha.detection.DetectionConfig;
import io.vmha.model.DesiredState;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.model.internal.HaStyle;
import io.vmha.policy.FailoverConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.immutables.value.Value;

/** A scenario as its file says it, checked. Immutable. */
@Value.Immutable
@HaStyle
interface Scenario {

    /** The file that it is from, for messages. */
    String file();

    /** What it is called. */
    String name();

    /** The policy's choices. */
    @Value.Default
    default FailoverConfig failover() {
        return FailoverConfig.defaults();
    }

    /** The choices about how plans are carried out. */
    @Value.Default
    default CenterConfig center() {
        // A scenario has the guards that it names.
        return CenterConfig.builder()
                .stormGuard(Optional.empty())
                .vmStormGuard(Optional.empty())
                .build();
    }

    /** From when on silence is a failure; absent: nobody sends heartbeats. */
    Optional<DetectionConfig> detection();

    /** What decides what is left open: the jitter of backoffs. */
    long seed();

    /** What there is at the start. */
    Inventory inventory();

    /** What is wanted of VMs at the start, where that is not what their power says. */
    Map<VmId, DesiredState> desired();

    /** What happens, in that order; times do not decrease. */
    List<ScenarioEvent> events();

    /** What the decisions must or must not have, in that order. */
    List<Expectation> expectations();

    /** What the end must or must not have. */
    List<Expectation> finalExpectations();

    /** Returns a builder; it is not thread-safe. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Builds a scenario: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableScenario.Builder {
        Builder() {}
    }
}
