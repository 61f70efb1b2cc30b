package io.vmha.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import io.vmha.model.HostId;
import io.vmha.model.VmType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class VmClassifierTest {

    private static MachineFacts named(String name) {
        return new MachineFacts(name, HostId.of("h1"), Optional.empty(), Map.of());
    }

    @Test
    void unmanagedLeavesEveryVmAlone() {
        assertThat(VmClassifier.unmanaged().classify(named("db1"))).isEmpty();
    }

    @Test
    void everyVmIsOfTheOneType() {
        assertThat(VmClassifier.everyVmIs(VmType.DATABASE).classify(named("db1")))
                .contains(VmProfile.ofType(VmType.DATABASE));
    }

    @Test
    void theFirstPatternThatMatchesTheWholeNameTellsTheType() {
        VmClassifier byName = VmClassifier.byName(
                ImmutableMap.of(Pattern.compile("db-.*"), VmType.DATABASE, Pattern.compile(".*-1"), VmType.MIDDLEWARE));

        assertThat(byName.classify(named("db-1"))).contains(VmProfile.ofType(VmType.DATABASE));
        assertThat(byName.classify(named("mw-1"))).contains(VmProfile.ofType(VmType.MIDDLEWARE));
        assertThat(byName.classify(named("old-db-2"))).isEmpty();
    }

    @Test
    void aClassifierMayGoByHostClusterAndAttributes() {
        VmClassifier byFacts = vm -> vm.cluster()
                .map(cluster -> cluster + vm.host() + vm.attributes().get("owner"))
                .map(VmType::of)
                .map(VmProfile::ofType);

        assertThat(byFacts.classify(
                        new MachineFacts("x", HostId.of("h1"), Optional.of("gold"), Map.of("owner", "shop"))))
                .contains(VmProfile.ofType(VmType.of("goldh1shop")));
    }

    @Test
    void factsKeepTheAttributesThatTheyWereMadeWith() {
        Map<String, String> attributes = new HashMap<>(Map.of("owner", "shop"));
        MachineFacts facts = new MachineFacts("x", HostId.of("h1"), Optional.empty(), attributes);
        attributes.clear();

        assertThat(facts.attributes()).containsOnly(Map.entry("owner", "shop"));
    }
}
