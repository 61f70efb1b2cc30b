import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.classfile.CodeModel;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.LocalDateTime;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Makes a jar that holds the API of another one and nothing else: the classes of its packages that are not internal, without code and
 * without what is private. The same jar gives the same bytes. Needs a JDK 24 or newer. Arguments: the jar, the one to be made, and the
 * release that it is of.
 */
public final class ApiJar {
    private ApiJar() {}

    public static void main(String[] arguments) throws IOException {
        TreeMap<String, byte[]> classes = new TreeMap<>();
        try (ZipFile jar = new ZipFile(arguments[0])) {
            for (ZipEntry entry : (Iterable<ZipEntry>) jar.stream().map(ZipEntry.class::cast)::iterator) {
                String name = entry.getName();
                if (name.endsWith(".class") && !name.contains("/internal/") && !name.endsWith("-info.class")) {
                    byte[] bytes = jar.getInputStream(entry).readAllBytes();
                    ClassModel model = ClassFile.of().parse(bytes);
                    if (!isLocal(model)) {
                        classes.put(name, apiOf(model));
                    }
                }
            }
        }
        try (OutputStream file = Files.newOutputStream(Path.of(arguments[1]));
                ZipOutputStream jar = new ZipOutputStream(file)) {
            jar.setLevel(9);
            jar.setComment(arguments[2]);
            for (var entry : classes.entrySet()) {
                ZipEntry to = new ZipEntry(entry.getKey());
                to.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
                jar.putNextEntry(to);
                jar.write(entry.getValue());
            }
        }
        System.out.println(arguments[1] + ": " + classes.size() + " classes, " + Files.size(Path.of(arguments[1])) + " bytes");
    }

    /** Anonymous and local classes, and private ones, are nobody's API. */
    private static boolean isLocal(ClassModel model) {
        if (model.findAttribute(Attributes.enclosingMethod()).isPresent()) {
            return true;
        }
        return model.findAttribute(Attributes.innerClasses())
                .map(inner -> inner.classes().stream()
                        .filter(one -> one.innerClass().asInternalName().equals(model.thisClass().asInternalName()))
                        .anyMatch(one -> one.has(AccessFlag.PRIVATE) || one.outerClass().isEmpty()))
                .orElse(false);
    }

    private static byte[] apiOf(ClassModel model) {
        ClassTransform withoutPrivate = (builder, element) -> {
            if (element instanceof MethodModel method) {
                Set<AccessFlag> flags = method.flags().flags();
                if (!flags.contains(AccessFlag.PRIVATE) && !method.methodName().equalsString("<clinit>")) {
                    builder.transformMethod(method, withoutCode());
                }
            } else if (element instanceof FieldModel field) {
                if (!field.flags().has(AccessFlag.PRIVATE)) {
                    builder.with(field);
                }
            } else if (!(element instanceof SourceFileAttribute)) {
                builder.with(element);
            }
        };
        // A pool of its own: what only code named goes, too.
        return ClassFile.of(ClassFile.ConstantPoolSharingOption.NEW_POOL).transformClass(model, withoutPrivate);
    }

    private static MethodTransform withoutCode() {
        return (builder, element) -> {
            if (!(element instanceof CodeModel) && !(element instanceof CodeAttribute)) {
                builder.with(element);
            }
        };
    }
}
