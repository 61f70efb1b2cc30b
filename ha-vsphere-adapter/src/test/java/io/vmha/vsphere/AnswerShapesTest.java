package io.vmha.vsphere;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import io.vmha.adapter.CallContext;
import io.vmha.model.CpuPlatform;
import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What vCenter servers from 5.5 to 8.0 answer to a discovery, by hand after the API's documentation and what is known of them.
 * Each file of the folder {@code shapes} holds, in this order, the reason why its right answer is right, what the server
 * answers, and the inventory that is right.
 */
class AnswerShapesTest {
    @TempDir
    private static Path folder;

    private static Path shapes;

    @BeforeAll
    static void find() throws Exception {
        shapes = Path.of(AnswerShapesTest.class.getResource("shapes").toURI());
    }

    static Stream<String> names() throws IOException {
        try (Stream<Path> files = Files.list(shapes)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void theAnswerIsReadAsIsRight(String name) throws Exception {
        String text = Files.readString(shapes.resolve(name));
        List<String> parts = Splitter.on("# right\n").splitToList(text.substring(text.indexOf('\n') + 1));
        try (CannedVcenter vcenter = new CannedVcenter(folder);
                VsphereAdapter adapter = vcenter.adapter().build()) {
            vcenter.answer("RetrievePropertiesEx", "<returnval>" + parts.get(0) + "</returnval>");

            Inventory inventory =
                    adapter.discover(CallContext.within(Duration.ofSeconds(20))).toInventory();

            assertThat(Stream.concat(
                            inventory.hosts().stream()
                                    .map(AnswerShapesTest::line)
                                    .sorted(),
                            inventory.vms().stream().map(AnswerShapesTest::line).sorted()))
                    .as(text.lines().findFirst().orElseThrow())
                    .containsExactlyElementsOf(parts.get(1).lines().toList());
        }
    }

    private static String line(Host host) {
        return "host " + host.id() + " " + host.role() + " " + host.health()
                + (host.inMaintenance() ? " in maintenance" : "") + ", " + host.capacity() + ", "
                + host.cpuPlatform().map(CpuPlatform::toString).orElse("-");
    }

    private static String line(VirtualMachine vm) {
        return "vm " + vm.id() + " on " + vm.host() + " " + vm.power() + ", " + vm.allocation();
    }
}
