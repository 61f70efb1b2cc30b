package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.VmProfile;
import io.vmha.libvirt.DomainProfile.Machine;
import io.vmha.model.PowerState;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clones of each kind of definition that any host can start, two of them beside each other on a real host. */
@Tag("lab")
class QemuCloneTest {
    private static final TemplateId TEMPLATE = TemplateId.of("tmpl");
    private static final List<VmId> CLONES = List.of(VmId.of("clone1"), VmId.of("clone2"));
    private static final int FIRMWARE_BYTES = 128 * 1024;

    private Lab lab;
    private Path folder;

    static Stream<CloneKind> started() {
        return CloneKind.all().filter(kind -> kind.refusal().isEmpty() && kind.starts());
    }

    static Stream<CloneKind> refusedAtAHost() {
        return CloneKind.all().filter(kind -> kind.refusal().isPresent() && kind.starts());
    }

    @BeforeEach
    void begin() throws IOException {
        lab = Lab.shared();
        lab.clear();
        folder = Files.createDirectories(lab.folder().resolve("storage/clones"));
        lab.run(Duration.ofSeconds(10), "qemu-img", "create", "-q", "-f", "qcow2", folder + "/tmpl.qcow2", "16M");
        for (String image : List.of("data.raw", "cd.iso", "CODE.fd", "VARS.fd", "nvdimm")) {
            try (RandomAccessFile file =
                    new RandomAccessFile(folder.resolve(image).toFile(), "rw")) {
                file.setLength(FIRMWARE_BYTES);
            }
        }
    }

    @AfterEach
    void end() {
        lab.clear();
        lab.run(Duration.ofSeconds(10), "rm", "-rf", folder.toString());
    }

    @ParameterizedTest
    @MethodSource("started")
    void twoClonesRunBesideEachOtherOnOneHost(CloneKind kind) {
        defineTemplate(kind.xml(folder.toString()));
        try (LibvirtAdapter adapter = lab.adapter().build()) {
            for (VmId clone : CLONES) {
                adapter.cloneFromTemplate(TEMPLATE, clone, Lab.H1, call());
                adapter.powerOn(clone, Lab.H1, call());
            }
            for (VmId clone : CLONES) {
                assertThat(adapter.powerState(clone, call())).as(clone.value()).isEqualTo(PowerState.ON);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("refusedAtAHost")
    void whatWouldBeSharedIsRefusedAndLeavesNothing(CloneKind kind) {
        defineTemplate(kind.xml(folder.toString()));
        assertRefused(kind.refusal().orElseThrow());
    }

    @Test
    void aTemplateOnABlockDeviceThatIsInNoPoolIsRefusedAndNothingIsMadeInDev() {
        defineTemplate(kind("plain")
                .xml(folder.toString())
                .replace("type='file'", "type='block'")
                .replace("file='" + folder + "/tmpl.qcow2'", "dev='/dev/vmha-no-such-device'"));
        assertRefused("/dev/vmha-no-such-device");
        assertThat(lab.virsh(Lab.H1, "pool-list", "--all", "--name")).doesNotContain("vmha-no-such-device");
    }

    @Test
    void aClonesFirmwareHasTheTemplatesSettingsInAFileOfItsOwn() throws IOException {
        defineTemplate(kind("nvram-template").xml(folder.toString()));
        byte[] settings = settings("of the template");
        Files.write(folder.resolve("tmpl_VARS.fd"), settings);
        try (LibvirtAdapter adapter = lab.adapter().build()) {
            for (VmId clone : CLONES) {
                adapter.cloneFromTemplate(TEMPLATE, clone, Lab.H1, call());
            }
        }
        for (VmId clone : CLONES) {
            Path own = Path.of(CloneXml.nvram(lab.virsh(Lab.H1, "dumpxml", clone.value()))
                    .orElseThrow()
                    .path());
            assertThat(own.getFileName().toString()).startsWith(clone.value());
            assertThat(Files.readAllBytes(own)).isEqualTo(settings);
        }
    }

    @Test
    void aMachineThatIsStartedElsewhereKeepsItsFirmwaresSettings() throws IOException {
        String xml = kind("nvram-template").xml(folder.toString());
        lab.define(Lab.H1, "fw", CloneXml.redefine(xml, "fw", Machine.of(VmProfile.ofType(VmType.MIDDLEWARE))));
        VmId vm = VmId.of("fw");
        Path settings = folder.resolve("tmpl_VARS.fd");
        try (LibvirtAdapter adapter = lab.adapter().build()) {
            adapter.powerOn(vm, Lab.H1, call());
            adapter.powerOff(vm, Duration.ZERO, call());
            byte[] written = settings("of the machine");
            Files.write(settings, written);
            adapter.powerOn(vm, Lab.H2, call());
            assertThat(lab.runs(Lab.H2, "fw")).isTrue();
            assertThat(lab.virsh(Lab.H1, "list", "--all", "--name")).doesNotContain("fw");
            adapter.powerOff(vm, Duration.ZERO, call());
            assertThat(settings).hasBinaryContent(written);
        }
    }

    @Test
    void aMachineThatIsStartedElsewhereKeepsItsTpmsState() throws IOException {
        lab.define(
                Lab.H1,
                "sealed",
                CloneXml.redefine(
                        kind("tpm-emulator").xml(folder.toString()),
                        "sealed",
                        Machine.of(VmProfile.ofType(VmType.MIDDLEWARE))));
        VmId vm = VmId.of("sealed");
        try (LibvirtAdapter adapter = lab.adapter().build()) {
            adapter.powerOn(vm, Lab.H1, call());
            adapter.powerOff(vm, Duration.ZERO, call());
            // What is sealed with it, such as the key of a disk, is lost with this file.
            Path state = lab.folder()
                    .resolve("hosts/h1/lib/swtpm")
                    .resolve(lab.virsh(Lab.H1, "domuuid", "sealed").strip())
                    .resolve("tpm2/tpm2-00.permall");
            byte[] sealed = Files.readAllBytes(state);
            assertThat(sealed).isNotEmpty();

            adapter.powerOn(vm, Lab.H2, call());

            assertThat(lab.runs(Lab.H2, "sealed")).isTrue();
            assertThat(lab.virsh(Lab.H1, "list", "--all", "--name")).doesNotContain("sealed");
            assertThat(state).hasBinaryContent(sealed);
        }
    }

    /** Firmware settings of the right size that can be told from others. */
    private static byte[] settings(String mark) {
        return Arrays.copyOf(mark.getBytes(StandardCharsets.UTF_8), FIRMWARE_BYTES);
    }

    private static CloneKind kind(String name) {
        return CloneKind.all()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void assertRefused(String reason) {
        try (LibvirtAdapter adapter = lab.adapter().build()) {
            assertThatThrownBy(() -> adapter.cloneFromTemplate(TEMPLATE, CLONES.get(0), Lab.H1, call()))
                    .asInstanceOf(type(AdapterException.Permanent.class))
                    .matches(e -> e.reason() == Cause.UNSUPPORTED || e.reason() == Cause.UNKNOWN_SUBJECT)
                    .matches(e -> e.getMessage().contains(reason), "names " + reason);
            assertThat(lab.virsh(Lab.H1, "list", "--all", "--name"))
                    .doesNotContain(CLONES.get(0).value());
        }
    }

    private void defineTemplate(String xml) {
        lab.define(
                Lab.H1,
                "tmpl",
                CloneXml.redefine(xml, "tmpl", new DomainProfile.Template(TEMPLATE, Optional.of(VmType.MIDDLEWARE))));
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(60));
    }
}
