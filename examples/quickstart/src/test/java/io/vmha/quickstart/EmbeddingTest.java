package io.vmha.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.center.event.DecisionOutcome;
import io.vmha.sim.SimulatedDatacenter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class EmbeddingTest {

    @Test
    void aReportIsCarriedOut() {
        SimulatedDatacenter datacenter = new SimulatedDatacenter(ReferenceEmbodiment.inventory());
        DecisionOutcome outcome = new Embedding(datacenter.hypervisor(), datacenter.trafficDirector())
                .filesystemFlippedReadOnly("db1", 1)
                .toCompletableFuture()
                .join();

        assertThat(outcome.isCarriedOut()).isTrue();
    }

    @Test
    void theReadmeShowsThisVeryCode() throws IOException {
        String source = Files.readString(Path.of("src/main/java/io/vmha/quickstart/Embedding.java"));
        String body = source.substring(source.indexOf("final class Embedding")).stripTrailing();

        assertThat(Files.readString(Path.of("../../README.md"))).contains(body);
    }
}
