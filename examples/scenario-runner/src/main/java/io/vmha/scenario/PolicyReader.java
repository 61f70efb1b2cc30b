package io.vmha.scenario;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.VmType;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FencingMode;
import io.vmha.policy.RecoveryMode;
import io.vmha.policy.StandbyActivation;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a scenario's policy. Stateless. */
final class PolicyReader {
    private static final Set<String> KEYS = ImmutableSet.of(
            "standbyActivation",
            "loadThreshold",
            "fencing",
            "recovery",
            "maxReplicationLagSeconds",
            "stormGuard",
            "maxRecoveriesPerVm",
            "maxConcurrentActionsPerHost",
            "failback",
            "automation",
            "gatherSeconds",
            "vmStormGuard",
            "sameLabel",
            "detection");
    private static final Set<String> NOT_SUPPORTED_YET =
            ImmutableSet.of("startAfter", "hostLabels", "softAntiAffinity", "rackAntiAffinity");

    private PolicyReader() {}

    static void read(YamlValue policy, Scenario.Builder scenario) {
        Map<String, YamlValue> keys = policy.entries();
        NOT_SUPPORTED_YET.stream().filter(keys::containsKey).findFirst().ifPresent(key -> {
            throw policy.required(keys, key).error("is not supported yet");
        });
        policy.mapping(KEYS);
        scenario.failover(failover(policy, keys));
        scenario.center(CenterReader.read(policy, keys));
        Optional.ofNullable(keys.get("detection")).ifPresent(value -> scenario.detection(DetectionReader.read(value)));
    }

    private static FailoverConfig failover(YamlValue policy, Map<String, YamlValue> keys) {
        FailoverConfig.Builder config = FailoverConfig.builder();
        Optional.ofNullable(keys.get("standbyActivation"))
                .ifPresent(value -> config.standbyActivation(value.oneOf(StandbyActivation.class)));
        Optional.ofNullable(keys.get("fencing"))
                .ifPresent(byType -> byType.entries()
                        .forEach((type, mode) -> config.putFencing(
                                mode.checked(value -> VmType.of(type)), mode.oneOf(FencingMode.class))));
        Optional.ofNullable(keys.get("recovery"))
                .ifPresent(byType -> byType.entries()
                        .forEach((type, mode) -> config.putRecovery(
                                mode.checked(value -> VmType.of(type)), mode.oneOf(RecoveryMode.class))));
        Optional.ofNullable(keys.get("maxReplicationLagSeconds"))
                .ifPresent(value -> config.maxReplicationLag(value.seconds()));
        Optional.ofNullable(keys.get("failback")).ifPresent(value -> config.failback(value.oneOf(FailbackMode.class)));
        Optional.ofNullable(keys.get("loadThreshold")).ifPresent(value -> threshold(value, config));
        Optional.ofNullable(keys.get("sameLabel")).ifPresent(labels -> sameLabel(labels, config));
        return policy.checked(value -> config.build());
    }

    /** A threshold below the default hysteresis leaves no room for it: then there is none. */
    private static void threshold(YamlValue value, FailoverConfig.Builder config) {
        double threshold = value.number();
        config.loadThreshold(threshold);
        if (threshold <= FailoverConfig.defaults().loadHysteresis()) {
            config.loadHysteresis(0);
        }
    }

    private static void sameLabel(YamlValue labels, FailoverConfig.Builder config) {
        Set<String> seen = new HashSet<>();
        for (YamlValue label : labels.list()) {
            String name = label.text();
            if (name.isBlank()) {
                throw label.error("the name of a label must not be blank");
            }
            if (!seen.add(name)) {
                throw label.error("the label stands twice: " + OneLine.beginning(name));
            }
            config.addSameLabel(name);
        }
    }
}
