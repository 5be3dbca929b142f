from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0
COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def haversine(lat1, lon1, lat2, lon2):
    """Great-circle distance in kilometres between two places given in degrees."""
    phi1, phi2 = radians(lat1), radians(lat2)
    dphi = phi2 - phi1
    dlam = radians(lon2 - lon1)
    a = sin(dphi / 2) ** 2 + cos(phi1) * cos(phi2) * sin(dlam / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(a))


def compass_point(angle: float) -> str:
    """Nearest of eight compass points for an angle in degrees from north."""
    return COMPASS[round(angle / 45) % 8]


def to_dms(value: float) -> tuple[int, int, int]:
    """Degrees, minutes and seconds of a decimal angle, the sign on the degrees."""
    sign = -1 if value < 0 else 1
    seconds = round(abs(value) * 3600)
    return sign * (seconds // 3600), seconds % 3600 // 60, seconds % 60


def bounding_circle(lat, lon, distance_km):
    """Half-widths of a box around a circle, in degrees of latitude and longitude."""
    dlat = distance_km / EARTH_RADIUS_KM
    dlon = asin(min(1.0, sin(dlat) / max(cos(radians(lat)), 1e-12)))
    return round(dlat * 57.29577951308232, 6), round(dlon * 57.29577951308232, 6)
