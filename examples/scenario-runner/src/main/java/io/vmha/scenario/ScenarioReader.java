package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.vmha.center.CenterConfig;
import io.vmha.model.VmType;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FencingMode;
import io.vmha.policy.ImmutableFailoverConfig;
import io.vmha.policy.RecoveryMode;
import io.vmha.policy.StandbyActivation;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads a scenario file and refuses what is wrong with it, naming the file, the place and the rule. Stateless. */
final class ScenarioReader {
    private static final Set<String> KEYS =
            ImmutableSet.of("name", "seed", "policy", "hosts", "vms", "events", "expect");
    private static final Set<String> POLICY_KEYS = ImmutableSet.of(
            "standbyActivation",
            "loadThreshold",
            "fencing",
            "recovery",
            "maxReplicationLagSeconds",
            "stormGuard",
            "maxRecoveriesPerVm",
            "maxConcurrentActionsPerHost",
            "failback");
    private static final Set<String> EXPECT_KEYS = ImmutableSet.of(
            "at", "subject", "trigger", "outcome", "target", "targetRole", "reason", "explanation", "not");

    private ScenarioReader() {}

    /**
     * Reads a file.
     *
     * @throws ScenarioException if it cannot be read or is not a scenario
     */
    static Scenario read(Path file) {
        return read(file.toString(), text(file));
    }

    /**
     * Reads a scenario from text.
     *
     * @param file what it is called in messages
     * @throws ScenarioException if it is not a scenario
     */
    static Scenario read(String file, String text) {
        YamlValue root = root(file, text);
        Map<String, YamlValue> keys = root.mapping(KEYS);
        ScenarioInventory inventory = ScenarioInventory.read(root.required(keys, "hosts"), root.required(keys, "vms"));
        ImmutableScenario.Builder scenario = ImmutableScenario.builder()
                .name(root.required(keys, "name").text())
                .seed(Optional.ofNullable(keys.get("seed"))
                        .map(seed -> seed.integer(Long.MIN_VALUE, Long.MAX_VALUE))
                        .orElse(1L))
                .center(Optional.ofNullable(keys.get("policy"))
                        .map(CenterReader::read)
                        .orElseGet(CenterConfig::defaults))
                .failover(Optional.ofNullable(keys.get("policy"))
                        .map(ScenarioReader::policy)
                        .orElseGet(FailoverConfig::defaults))
                .inventory(inventory.inventory());
        Optional.ofNullable(keys.get("events"))
                .ifPresent(events -> scenario.addAllEvents(new EventReader(inventory).read(events)));
        Optional.ofNullable(keys.get("expect"))
                .ifPresent(rows -> rows.list().forEach(row -> scenario.addExpectations(expectation(row))));
        return scenario.build();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new ScenarioException(file + ": no such file");
        } catch (MalformedInputException binary) {
            throw new ScenarioException(file + ": not a text file in UTF-8");
        } catch (IOException unreadable) {
            throw new ScenarioException(file + ": cannot be read: " + unreadable.getMessage());
        }
    }

    private static YamlValue root(String file, String text) {
        try {
            Node node = new Compose(LoadSettings.builder().setLabel(file).build())
                    .composeString(text)
                    .orElseThrow(() -> new ScenarioException(file + ": is empty"));
            return new YamlValue(file, "", node);
        } catch (MarkedYamlEngineException notYaml) {
            String place = notYaml.getProblemMark()
                    .map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                    .orElse("");
            throw new ScenarioException(file + place + ": is not YAML: " + notYaml.getProblem());
        } catch (YamlEngineException notYaml) {
            throw new ScenarioException(file + ": is not YAML: " + firstLine(notYaml));
        }
    }

    private static String firstLine(Exception thrown) {
        return String.valueOf(thrown.getMessage()).lines().findFirst().orElse("");
    }

    private static FailoverConfig policy(YamlValue policy) {
        Map<String, YamlValue> keys = policy.mapping(POLICY_KEYS);
        ImmutableFailoverConfig.Builder config = FailoverConfig.builder();
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
                .ifPresent(value -> config.maxReplicationLag(EventReader.duration(value)));
        Optional.ofNullable(keys.get("failback")).ifPresent(value -> config.failback(value.oneOf(FailbackMode.class)));
        Optional.ofNullable(keys.get("loadThreshold")).ifPresent(value -> threshold(value, config));
        return policy.checked(value -> config.build());
    }

    /** A threshold below the default hysteresis leaves no room for it: then there is none. */
    private static void threshold(YamlValue value, ImmutableFailoverConfig.Builder config) {
        double threshold = value.number();
        config.loadThreshold(threshold);
        if (threshold <= FailoverConfig.defaults().loadHysteresis()) {
            config.loadHysteresis(0);
        }
    }

    private static Expectation expectation(YamlValue row) {
        Map<String, YamlValue> keys = row.mapping(EXPECT_KEYS);
        ImmutableMap.Builder<String, List<String>> values = ImmutableMap.builder();
        keys.forEach((key, value) -> {
            if (!key.equals("not")) {
                values.put(key, accepted(key, value));
            }
        });
        boolean isForbidden =
                Optional.ofNullable(keys.get("not")).map(YamlValue::bool).orElse(false);
        return new Expectation(row.path(), values.buildOrThrow(), isForbidden);
    }

    private static List<String> accepted(String key, YamlValue value) {
        if (value.isMapping()) {
            Map<String, YamlValue> keys = value.mapping(ImmutableSet.of("anyOf"));
            return value.required(keys, "anyOf").list().stream()
                    .map(one -> normal(key, one))
                    .collect(ImmutableList.toImmutableList());
        }
        return ImmutableList.of(normal(key, value));
    }

    /** Times are compared as numbers: 20 and 20.0 are the same. */
    private static String normal(String key, YamlValue value) {
        return key.equals("at") ? Double.toString(value.number()) : value.text();
    }
}
