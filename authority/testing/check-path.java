import java.io.FileInputStream;
import java.io.InputStream;
import java.security.cert.*;
import java.util.*;

/**
 * Java as a relying party: PKIX validation of holder, issuing CA, root. Arguments: the ways to
 * find out the status, joined by commas; the root; the issuing CA; CRLs joined by commas, or "-"; and
 * any number of holders' files. Prints a line for each way and holder.
 */
class CheckPath {
  public static void main(String[] args) throws Exception {
    Set<TrustAnchor> anchors = Set.of(new TrustAnchor(certificate(args[1]), null));
    X509Certificate issuing = certificate(args[2]);
    CertStore lists = CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls(args[3])));
    for (String how : args[0].split(",")) {
      for (String file : Arrays.copyOfRange(args, 4, args.length)) {
        PKIXParameters parameters = new PKIXParameters(anchors);
        parameters.addCertStore(lists);
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        if (!how.equals("default")) {
          PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
          checker.setOptions(options(how));
          parameters.addCertPathChecker(checker);
        }
        CertPath path = factory().generateCertPath(List.of(certificate(file), issuing));
        System.out.println(how + " " + file + ": " + outcome(validator, path, parameters));
      }
    }
  }

  /** An explicit checker asks OCSP first and falls back to the CRL, unless it is told otherwise. */
  static Set<PKIXRevocationChecker.Option> options(String how) {
    return switch (how) {
      case "checker" -> Set.of();
      case "ocsp" -> Set.of(PKIXRevocationChecker.Option.NO_FALLBACK);
      case "crl" -> Set.of(PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK);
      default -> throw new IllegalArgumentException(how);
    };
  }

  static String outcome(CertPathValidator validator, CertPath path, PKIXParameters parameters) throws Exception {
    try {
      validator.validate(path, parameters);
      return "valid";
    } catch (CertPathValidatorException e) {
      String reason = e.getCause() instanceof CertificateRevokedException revoked
          ? " " + revoked.getRevocationReason() : "";
      return e.getReason() + " at " + e.getIndex() + reason;
    }
  }

  static CertificateFactory factory() throws Exception {
    return CertificateFactory.getInstance("X.509");
  }

  static X509Certificate certificate(String file) throws Exception {
    try (InputStream in = new FileInputStream(file)) {
      return (X509Certificate) factory().generateCertificate(in);
    }
  }

  static Collection<CRL> crls(String files) throws Exception {
    Collection<CRL> all = new ArrayList<>();
    if (files.equals("-")) return all;
    for (String file : files.split(",")) {
      try (InputStream in = new FileInputStream(file)) {
        all.add(factory().generateCRL(in));
      }
    }
    return all;
  }
}
