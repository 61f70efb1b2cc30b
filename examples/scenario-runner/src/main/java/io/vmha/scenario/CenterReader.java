package io.vmha.scenario;

import com.google.common.collect.ImmutableSet;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.RecoveryLimit;
import io.vmha.center.config.StormGuard;
import io.vmha.center.config.VmStormGuard;
import java.util.Map;
import java.util.Optional;

/** Reads the choices in a scenario's policy that are about how plans are carried out. Stateless. */
final class CenterReader {
    private CenterReader() {}

    static CenterConfig read(YamlValue policy, Map<String, YamlValue> keys) {
        CenterConfig.Builder config = CenterConfig.builder();
        // A scenario has the guards that it names.
        config.stormGuard(
                Optional.ofNullable(keys.get("stormGuard")).map(value -> value.checked(CenterReader::stormGuard)));
        config.vmStormGuard(
                Optional.ofNullable(keys.get("vmStormGuard")).map(value -> value.checked(CenterReader::vmStormGuard)));
        Optional.ofNullable(keys.get("gatherSeconds")).ifPresent(value -> config.gatherWindow(value.seconds()));
        Optional.ofNullable(keys.get("maxRecoveriesPerVm"))
                .ifPresent(value -> config.maxRecoveriesPerVm(value.checked(CenterReader::recoveryLimit)));
        Optional.ofNullable(keys.get("maxConcurrentActionsPerHost"))
                .ifPresent(value -> config.maxConcurrentActionsPerHost((int) value.integer(1, Integer.MAX_VALUE)));
        Optional.ofNullable(keys.get("automation"))
                .ifPresent(value -> config.automation(value.oneOf(AutomationLevel.class)));
        return policy.checked(value -> config.build());
    }

    private static StormGuard stormGuard(YamlValue value) {
        Map<String, YamlValue> fields = value.mapping(ImmutableSet.of("maxHostFraction", "windowSeconds"));
        return new StormGuard(
                value.required(fields, "maxHostFraction").number(),
                value.required(fields, "windowSeconds").seconds());
    }

    private static VmStormGuard vmStormGuard(YamlValue value) {
        Map<String, YamlValue> fields = value.mapping(ImmutableSet.of("maxVmFraction", "windowSeconds"));
        return new VmStormGuard(
                value.required(fields, "maxVmFraction").number(),
                value.required(fields, "windowSeconds").seconds());
    }

    private static RecoveryLimit recoveryLimit(YamlValue value) {
        Map<String, YamlValue> fields = value.mapping(ImmutableSet.of("count", "windowSeconds"));
        return new RecoveryLimit(
                (int) value.required(fields, "count").integer(1, Integer.MAX_VALUE),
                value.required(fields, "windowSeconds").seconds());
    }
}
