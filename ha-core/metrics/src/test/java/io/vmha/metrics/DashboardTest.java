package io.vmha.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vmha.center.ManagementCenter;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.model.Inventory;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.fault.Call;
import io.vmha.testkit.fault.Fault;
import io.vmha.testkit.fault.FaultyAdapter;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The dashboard and the README name what Prometheus really scrapes of a center that has lived through a few faults. */
class DashboardTest {
    private static final Pattern QUERIED = Pattern.compile("(vmha_[a-z_]+)(?:\\{([^}]*)})?");
    private static final Pattern SCRAPED = Pattern.compile("(?m)^(vmha_[a-z_]+)(?:\\{([^}]*)})? ");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=");
    private static final Pattern GROUPED = Pattern.compile("by \\(([a-z_, ]+)\\)");

    /** The labels of each series, by its name. */
    private static final Map<String, Set<String>> SERIES = new TreeMap<>();

    @BeforeAll
    static void aCenterLivesThroughAFewFaults() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Inventory inventory = Datacenter.threeHosts().inventory();
        SimulatedDatacenter datacenter = new SimulatedDatacenter(inventory);
        FaultyAdapter platform = FaultyAdapter.around(datacenter.hypervisor());
        VirtualTime time = new VirtualTime();
        try (HaMetrics metrics = HaMetrics.builder(registry).build();
                ManagementCenter center = ManagementCenter.builder()
                        .adapter(metrics.timed(platform))
                        .trafficDirector(datacenter.trafficDirector())
                        .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                        .inventory(inventory)
                        .journal(metrics.timed(new InMemoryPlanJournal()))
                        .scheduler(time)
                        .listener(metrics)
                        .build()) {
            metrics.watch(center);
            var served = center.submit(Datacenter.readOnly("mw2"));
            time.runToEnd();
            platform.next(Call.POWER_OFF, Fault.PERMANENT);
            var first = center.submit(Datacenter.readOnly("db1"));
            time.runToEnd();
            var paused = center.pause("ann");
            time.runToEnd();
            var second = center.submit(Datacenter.readOnly("mw1"));
            metrics.refresh();
            time.runToEnd();
            assertThat(List.of(served, first, paused, second)).hasSize(4);
            for (MatchResult line : SCRAPED.matcher(registry.scrape()).results().toList()) {
                SERIES.computeIfAbsent(line.group(1), name -> new TreeSet<>())
                        .addAll(labels(Objects.requireNonNullElse(line.group(2), "")));
            }
        }
    }

    private static Set<String> labels(String within) {
        return LABEL.matcher(within).results().map(found -> found.group(1)).collect(Collectors.toSet());
    }

    private static JsonNode dashboard() throws IOException {
        try (InputStream json = HaMetrics.class.getResourceAsStream("grafana-dashboard.json")) {
            return new ObjectMapper().readTree(json);
        }
    }

    private static List<String> queries() throws IOException {
        return dashboard().findValuesAsText("expr");
    }

    @Test
    void everySeriesThatTheDashboardAsksForIsScraped() throws IOException {
        assertThat(queries()).hasSizeGreaterThan(20).allSatisfy(query -> {
            List<MatchResult> asked = QUERIED.matcher(query).results().toList();
            assertThat(asked)
                    .isNotEmpty()
                    .allSatisfy(series -> assertThat(SERIES).as(query).containsKey(series.group(1)));
        });
    }

    @Test
    void everyLabelThatItAsksForIsOneOfItsSeries() throws IOException {
        for (String query : queries()) {
            Set<String> asked = new TreeSet<>();
            Set<String> there = new TreeSet<>(Set.of("instance"));
            Matcher series = QUERIED.matcher(query);
            while (series.find()) {
                there.addAll(SERIES.getOrDefault(series.group(1), Set.of()));
                asked.addAll(labels(Objects.requireNonNullElse(series.group(2), "")));
            }
            GROUPED.matcher(query)
                    .results()
                    .forEach(by -> asked.addAll(List.of(by.group(1).split(", "))));
            assertThat(there).as(query).containsAll(asked);
        }
    }

    @Test
    void everyMeterIsOnTheDashboardAndInTheReadme() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        String all = String.join("\n", queries());
        for (String name : meterNames()) {
            assertThat(all).contains(name.replace('.', '_'));
            assertThat(readme).contains("| `" + name + "` |");
        }
    }

    private static List<String> meterNames() throws IllegalAccessException {
        List<String> names = new ArrayList<>();
        for (Field field : MeterNames.class.getDeclaredFields()) {
            if (field.getType() == String.class) {
                names.add((String) field.get(null));
            }
        }
        return names;
    }

    @Test
    void everyMeterThatThereIsHasAName() throws Exception {
        try (MeteredCenter metered = new MeteredCenter()) {
            metered.fails("mw1");
            metered.fails("db1");

            assertThat(meterNames()).containsAll(metered.names());
        }
    }

    @Test
    void panelsHaveNumbersOfTheirOwnAndDoNotOverlap() throws IOException {
        JsonNode panels = dashboard().get("panels");
        Set<Integer> numbers = new TreeSet<>();
        Set<String> cells = new TreeSet<>();
        for (JsonNode panel : panels) {
            assertThat(numbers.add(panel.get("id").asInt())).isTrue();
            JsonNode at = panel.get("gridPos");
            for (int x = at.get("x").asInt();
                    x < at.get("x").asInt() + at.get("w").asInt();
                    x++) {
                for (int y = at.get("y").asInt();
                        y < at.get("y").asInt() + at.get("h").asInt();
                        y++) {
                    assertThat(x).isLessThan(24);
                    assertThat(cells.add(x + "," + y))
                            .as("%s", panel.get("title"))
                            .isTrue();
                }
            }
        }
        assertThat(numbers).hasSize(panels.size());
    }
}
