package io.vmha.scenario;

import com.google.common.collect.ImmutableSet;
import io.vmha.center.CenterConfig;
import io.vmha.center.ImmutableCenterConfig;
import io.vmha.center.RecoveryLimit;
import io.vmha.center.StormGuard;
import java.util.Map;
import java.util.Optional;

/** Reads the choices in a scenario's policy that are about how plans are carried out. Stateless. */
final class CenterReader {
    private CenterReader() {}

    static CenterConfig read(YamlValue policy) {
        Map<String, YamlValue> keys = policy.entries();
        ImmutableCenterConfig.Builder config = CenterConfig.builder();
        Optional.ofNullable(keys.get("stormGuard"))
                .ifPresent(value -> config.stormGuard(value.checked(CenterReader::stormGuard)));
        Optional.ofNullable(keys.get("maxRecoveriesPerVm"))
                .ifPresent(value -> config.maxRecoveriesPerVm(value.checked(CenterReader::recoveryLimit)));
        Optional.ofNullable(keys.get("maxConcurrentActionsPerHost"))
                .ifPresent(value -> config.maxConcurrentActionsPerHost((int) value.integer(1, Integer.MAX_VALUE)));
        return config.build();
    }

    private static StormGuard stormGuard(YamlValue value) {
        Map<String, YamlValue> fields = value.mapping(ImmutableSet.of("maxHostFraction", "windowSeconds"));
        return new StormGuard(
                value.required(fields, "maxHostFraction").number(),
                EventReader.duration(value.required(fields, "windowSeconds")));
    }

    private static RecoveryLimit recoveryLimit(YamlValue value) {
        Map<String, YamlValue> fields = value.mapping(ImmutableSet.of("count", "windowSeconds"));
        return new RecoveryLimit(
                (int) value.required(fields, "count").integer(1, Integer.MAX_VALUE),
                EventReader.duration(value.required(fields, "windowSeconds")));
    }
}
