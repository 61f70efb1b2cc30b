package io.vmha.vsphere;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.common.xml.XmlEscapers;
import io.vmha.adapter.AdapterException;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.VmType;
import io.vmha.vsphere.internal.vim.AnswerLimits;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.SoapAnswer;
import io.vmha.vsphere.internal.vim.UpdateStream;
import io.vmha.vsphere.internal.vim.VimFault;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for answers of a server that are not read and not refused either: {@code mvn -Pfull -pl ha-vsphere-adapter -am test}. */
@Tag("fuzz")
class SoapAnswerFuzzTest {
    private static final String[] TYPES = {
        "VirtualMachine",
        "HostSystem",
        "ClusterComputeResource",
        "CustomFieldsManager",
        "ResourcePool",
        "VirtualApp",
        ""
    };
    private static final String[] REFS = {"a-1", "a-2", "vm-3", "vm-4", "host-5", ""};
    private static final String[] VALUES = {
        "connected", "disconnected", "notResponding", "orphaned", "poweredOn", "poweredOff", "suspended", "standBy",
                "red",
        "true", "1", "0", "-1", "db1", "db1@vm-3", "db1@vm-3~vmha-old-x", "vCLS", "9223372036854775807"
    };
    private static final String[] FIELDS = {
        VmAttributes.TYPE, VmAttributes.TEMPLATE, VmAttributes.PRIORITY, VmAttributes.ANTI_AFFINITY, "x"
    };
    private static final String[] PATHS = Stream.concat(
                    InventoryProperties.WITH_ALARMS.stream().flatMap(set -> set.paths().stream()),
                    Stream.of(InventoryProperties.FIELD))
            .distinct()
            .toArray(String[]::new);
    private static final AnswerLimits LIMITS = new AnswerLimits(1 << 20, 5_000, 64);

    /** The first byte says whether the rest is packed. */
    @FuzzTest(maxDuration = "1m")
    void anAnswerIsASnapshotOrARefusalAndItsWordsAreHarmless(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        XmlNode body;
        try {
            body = SoapAnswer.read(
                    new ByteArrayInputStream(Arrays.copyOfRange(bytes, 1, bytes.length)), bytes[0] == 'z', LIMITS);
        } catch (SoapAnswer.MalformedException e) {
            assertHarmless(e);
            return;
        }
        try {
            SoapAnswer.requireNoFault(body);
        } catch (VimFault e) {
            assertHarmless(e);
            assertThat(e.type()).hasSizeLessThan(120);
            return;
        }
        List<ManagedObject> objects = SoapAnswer.objects(body);
        read(body, objects);
    }

    /** Objects that are well-formed and have the properties that are asked for, with values of any kind. */
    @FuzzTest(maxDuration = "1m")
    void objectsOfAnyValuesAreASnapshotOrARefusal(FuzzedDataProvider data) throws SoapAnswer.MalformedException {
        StringBuilder xml = new StringBuilder(
                "<Envelope xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><Body><answer><returnval>");
        while (data.remainingBytes() > 0 && xml.length() < 100_000) {
            xml.append("<objects><obj type=\"").append(data.pickValue(TYPES)).append("\">");
            xml.append(data.pickValue(REFS)).append("</obj>");
            for (int left = data.consumeInt(0, 14); left > 0; left--) {
                xml.append("<propSet><name>").append(data.pickValue(PATHS)).append("</name><val type=\"");
                xml.append(data.pickValue(TYPES))
                        .append("\">")
                        .append(value(data))
                        .append("</val></propSet>");
            }
            xml.append("</objects>");
        }
        byte[] bytes =
                xml.append("</returnval></answer></Body></Envelope>").toString().getBytes(UTF_8);
        XmlNode body = SoapAnswer.read(new ByteArrayInputStream(bytes), false, AnswerLimits.LARGE);
        read(body, SoapAnswer.objects(body));
    }

    private static String value(FuzzedDataProvider data) {
        return switch (data.consumeInt(0, 4)) {
            case 0 -> Long.toString(data.consumeLong());
            case 1 -> data.pickValue(VALUES);
            case 2 -> data.pickValue(REFS);
            case 3 ->
                "<CustomFieldDef><key>" + data.consumeInt(0, 3) + "</key><name>" + data.pickValue(FIELDS)
                        + "</name><value>" + escaped(data.consumeString(8)) + "</value></CustomFieldDef>";
            default -> escaped(data.consumeString(20));
        };
    }

    private static String escaped(String text) {
        return XmlEscapers.xmlContentEscaper().escape(text);
    }

    private static void read(XmlNode body, List<ManagedObject> objects) {
        objects.forEach(object -> assertThat(object.ref().toString()).hasSizeLessThan(300));
        check(objects);
        UpdateStream.Updates updates = SoapAnswer.updates(body);
        WatchedObjects watched = new WatchedObjects(5_000);
        updates.objects().forEach(watched::merge);
        check(List.copyOf(watched.all()));
        assertThat(SoapAnswer.counters(body, "cpu.usage.average", 3, "2026-01-01T00:00:00Z")
                        .fold("cpu.usage.average", Math::max)
                        .orElse(0))
                .isNotNegative();
    }

    private static void check(List<ManagedObject> objects) {
        Snapshot snapshot;
        try {
            snapshot = SnapshotBuilder.build(
                    objects, VmClassifier.everyVmIs(VmType.DATABASE), cluster -> ClusterRole.PRIMARY, HostRoom.exact());
        } catch (AdapterException e) {
            assertHarmless(e);
            return;
        }
        for (Host host : snapshot.inventory().hosts()) {
            assertThat(snapshot.conditions()).containsKey(host.id());
            assertThat(host.capacity().cpuMillis()).isPositive();
        }
        assertThat(snapshot.inventory().vms()).allMatch(vm -> snapshot.vms().containsKey(vm.id()));
        assertThat(snapshot.vms()).hasSameSizeAs(snapshot.inventory().vms());
    }

    private static void assertHarmless(Exception e) {
        assertThat(e.getMessage()).hasSizeLessThan(1_000).doesNotContainPattern("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]");
    }
}
