package io.vmha.scenario;

import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a scenario file and refuses what is wrong with it, naming the file, the place and the rule. Stateless. */
final class ScenarioReader {
    private static final Set<String> KEYS =
            ImmutableSet.of("name", "seed", "policy", "hosts", "vms", "events", "expect", "expectFinal");

    private ScenarioReader() {}

    /**
     * Reads a file.
     *
     * @throws ScenarioException if it cannot be read or is not a scenario
     */
    static Scenario read(Path file) {
        return read(file.toString(), YamlSource.text(file));
    }

    /**
     * Reads a scenario from text.
     *
     * @param file what it is called in messages
     * @throws ScenarioException if it is not a scenario
     */
    static Scenario read(String file, String text) {
        YamlValue root = YamlSource.root(file, text);
        Map<String, YamlValue> keys = root.mapping(KEYS);
        ScenarioInventory inventory = ScenarioInventory.read(root.required(keys, "hosts"), root.required(keys, "vms"));
        Scenario.Builder scenario = Scenario.builder()
                .file(file)
                .name(root.required(keys, "name").text())
                .seed(Optional.ofNullable(keys.get("seed"))
                        .map(seed -> seed.integer(Long.MIN_VALUE, Long.MAX_VALUE))
                        .orElse(1L))
                .inventory(inventory.inventory())
                .putAllDesired(inventory.desired());
        Optional<YamlValue> policy = Optional.ofNullable(keys.get("policy"));
        policy.ifPresent(value -> PolicyReader.read(value, scenario));
        boolean hasDetection =
                policy.map(value -> value.entries().containsKey("detection")).orElse(false);
        Optional.ofNullable(keys.get("events"))
                .ifPresent(events ->
                        scenario.addAllEvents(new EventReader(inventory.inventory(), hasDetection).read(events)));
        Optional.ofNullable(keys.get("expect"))
                .ifPresent(rows -> scenario.addAllExpectations(ExpectationReader.decisions(rows)));
        Optional.ofNullable(keys.get("expectFinal"))
                .ifPresent(rows -> scenario.addAllFinalExpectations(ExpectationReader.ofTheEnd(rows)));
        return scenario.build();
    }
}
